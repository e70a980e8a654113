package io.holdfast.core;

/** A named role's task, which is the whole duty. */
record TaskDuty(RoleTask task) implements Duty {

    @Override
    public void begin(Grant grant) throws Exception {
        task.run(grant);
    }

    @Override
    public void end(String reason) {
        // the task has returned, which is all
    }

    @Override
    public boolean endsByReturning() {
        return true;
    }
}
