package io.holdfast.replication.locks;

/** Something that a process holds or waits for. */
final class LockRequest {
    final LockOwner owner;
    final long number;
    final LockState lock;
    final int permits;
    /** Where it stands among those who wait, by which requests are in the order in which they came. */
    final long place;
    /** 0 while it waits. */
    long token;
    /** Of the entry, or the first one of the batch, with which it was granted. */
    long grantedIndex;

    LockRequest(LockOwner owner, long number, LockState lock, int permits, long place) {
        this.owner = owner;
        this.number = number;
        this.lock = lock;
        this.permits = permits;
        this.place = place;
    }

    boolean isHeld() {
        return token != 0;
    }

    long hash() {
        long whose = Hashes.mixed(owner.generation, number);
        long what = Hashes.mixed(lock.name.kind() * 31L + lock.name.name().hashCode(), permits);
        return Hashes.mixed(Hashes.mixed(whose, what), Hashes.mixed(token, Hashes.mixed(grantedIndex, place)));
    }
}
