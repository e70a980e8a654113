package io.holdfast.backup;

/**
 * One of the places where all backups of a cluster are kept: a repository with a catalogue of its own, and what is to be known about it.
 * Immutable: each method returns a changed copy.
 */
public final class BackupLayer {
    private final String name;
    private final BackupRepository repository;
    private final Retention retention;
    private final String medium;
    private final boolean offSite;

    private BackupLayer(String name, BackupRepository repository, Retention retention, String medium, boolean offSite) {
        this.name = name;
        this.repository = repository;
        this.retention = retention;
        this.medium = medium;
        this.offSite = offSite;
    }

    /**
     * A layer that keeps what {@link Retention#standard()} says, on a medium of its name, not off-site.
     *
     * @param name in metrics, alerts and on command lines: 1 to 40 of {@code a-z 0-9 -}, beginning with a letter
     */
    public static BackupLayer of(String name, BackupRepository repository) {
        if (!name.matches("[a-z][a-z0-9-]{0,39}")) {
            throw new IllegalArgumentException(
                    "the name of a layer is 1 to 40 of a-z 0-9 -, beginning with a letter; this is none: " + name);
        }
        return new BackupLayer(name, repository, Retention.standard(), name, false);
    }

    /** What it keeps. */
    public BackupLayer keep(Retention policy) {
        return new BackupLayer(name, repository, policy, medium, offSite);
    }

    /**
     * On what it is, such as {@code nas} or {@code tape}, by default its name: of two copies on one medium both may be lost for one reason, and
     * a backup that is on one alone is an alert where there are layers on two.
     */
    public BackupLayer medium(String kind) {
        return new BackupLayer(name, repository, retention, kind, offSite);
    }

    /** It is somewhere else: what happens to the house does not happen to it. */
    public BackupLayer offSite() {
        return new BackupLayer(name, repository, retention, medium, true);
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Where it keeps things. */
    public BackupRepository repository() {
        return repository;
    }

    /** What it keeps. */
    public Retention retention() {
        return retention;
    }

    /** On what it is. */
    public String medium() {
        return medium;
    }

    /** True if it is somewhere else. */
    public boolean isOffSite() {
        return offSite;
    }

    @Override
    public String toString() {
        return name + " (" + repository.describe() + (offSite ? ", off-site" : "") + "): " + retention;
    }
}
