package io.holdfast.core;

/** What the holder of a role does. */
@FunctionalInterface
public interface RoleTask {
    /**
     * Works until the grant is no longer valid: the thread is interrupted then, and this has to return within {@code
     * stopWithin}. One that returns earlier, or throws, gives the role up; another node then has it, or this one again after a
     * pause of a second, which doubles with each failure in a row up to a minute.
     *
     * @throws Exception whatever went wrong; it is logged and counted
     */
    void run(Grant grant) throws Exception;
}
