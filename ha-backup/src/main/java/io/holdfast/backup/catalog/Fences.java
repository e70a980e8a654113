package io.holdfast.backup.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.Damage;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.NotPublishedException;
import io.holdfast.backup.NotPublishedException.Why;
import io.holdfast.backup.container.DataKeys;
import io.holdfast.backup.container.DataKeys.DataKey;
import io.holdfast.core.FencingToken;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who has taken the catalogue over. First {@code TOKEN.begun}, which publishers look for, then {@code TOKEN.claim}, which names the backups of
 * lower tokens that count; see {@link Catalogue} for why that is enough.
 */
final class Fences {
    private static final String BEGUN_FORMAT = "holdfast-begun-1";
    private static final String CLAIM_FORMAT = "holdfast-claim-1";
    private static final String KEEPS = "keeps";

    private final BackupRepository repository;
    private final Sealed sealed;
    private final DataKeys keys;
    private final ManifestCache cache;

    Fences(BackupRepository repository, Sealed sealed, DataKeys keys, ManifestCache cache) {
        this.repository = repository;
        this.sealed = sealed;
        this.keys = keys;
        this.cache = cache;
    }

    /**
     * The claim that counts.
     *
     * @param token whose it is
     * @param keeps which backups of lower tokens count
     */
    record Claim(FencingToken token, Set<BackupId> keeps) {
        boolean counts(BackupId id) {
            return id.token().compareTo(token) >= 0 || keeps.contains(id);
        }
    }

    /**
     * All of them.
     *
     * @param claim the highest that can be read; null if there is none
     * @param damaged what cannot be read
     * @param begun tokens that were announced
     * @param claimed tokens whose claims are there, also if they cannot be read
     * @param adopted which backups were copied here by who has that claim, or a higher token
     */
    record State(
            @Nullable Claim claim,
            List<Damage> damaged,
            Set<FencingToken> begun,
            Set<FencingToken> claimed,
            Set<BackupId> adopted) {
        boolean counts(BackupId id) {
            return claim == null || claim.counts(id) || adopted.contains(id);
        }
    }

    State read() {
        // Before the claims: a mark that is gone by now was collected by who has claimed after it, and that claim is
        // seen here.
        List<Stored> marks = repository.list(Layout.ADOPTED);
        List<Damage> damaged = new ArrayList<>();
        Set<FencingToken> begun = new HashSet<>();
        Set<FencingToken> claimed = new HashSet<>();
        Claim highest = null;
        for (Stored object : repository.list(Layout.FENCES)) {
            Optional<FencingToken> announced = Layout.token(object.name(), Layout.BEGUN);
            Optional<FencingToken> token = Layout.token(object.name(), Layout.CLAIM);
            try {
                if (announced.isPresent()) {
                    begun.add(announced.get());
                    open(object.name(), BEGUN_FORMAT);
                } else if (token.isPresent()) {
                    claimed.add(token.get());
                    // Sorted by name, and so by token: a later one is higher.
                    highest = new Claim(token.get(), keeps(object.name(), open(object.name(), CLAIM_FORMAT)));
                } else {
                    damaged.add(Damage.of(object.name(), Damage.Kind.EXTRA, "nothing knows it"));
                }
            } catch (DamagedBackupException unreadable) {
                damaged.add(unreadable.damage());
            } catch (BackupRepositoryException failed) {
                if (failed.reason() != Reason.ABSENT) { // collected since, by who has claimed a higher one
                    throw failed;
                }
            }
        }
        return new State(highest, damaged, begun, claimed, adopted(marks, highest));
    }

    private static Set<BackupId> adopted(List<Stored> marks, @Nullable Claim claim) {
        Set<BackupId> adopted = new HashSet<>();
        for (Stored mark : marks) {
            Optional<FencingToken> adopter = Layout.adopter(mark.name());
            if (claim != null && adopter.isPresent() && adopter.get().compareTo(claim.token()) >= 0) {
                Layout.id(mark.name(), Layout.ADOPTED).ifPresent(adopted::add);
            }
        }
        return adopted;
    }

    private JsonNode open(String name, String format) {
        JsonNode body = sealed.open(name, sealed.bytes(name), name);
        if (!Sealed.format(body).equals(format)) {
            throw malformed(name, "its format is " + Sealed.format(body));
        }
        return body;
    }

    private static Set<BackupId> keeps(String name, JsonNode body) {
        try {
            Set<BackupId> keeps = new HashSet<>();
            Sealed.array(body, KEEPS).forEach(id -> keeps.add(BackupId.parse(id.asText())));
            return keeps;
        } catch (IllegalArgumentException malformed) {
            throw malformed(name, String.valueOf(malformed.getMessage()));
        }
    }

    private static DamagedBackupException malformed(String name, String what) {
        return new DamagedBackupException(Damage.of(name, Damage.Kind.CHANGED, "it cannot be understood: " + what));
    }

    /** @throws NotPublishedException if somebody with a higher token has begun to take over */
    void check(FencingToken own, String what) {
        for (Stored object : repository.list(Layout.FENCES)) {
            Optional<FencingToken> other =
                    Layout.token(object.name(), Layout.BEGUN).or(() -> Layout.token(object.name(), Layout.CLAIM));
            if (other.isPresent() && other.get().compareTo(own) > 0) {
                throw new NotPublishedException(
                        Why.DEPOSED,
                        what + ": the token " + own + " is deposed: " + other.get() + " has taken over "
                                + repository.describe() + "; leave it to that one");
            }
        }
    }

    void claim(FencingToken token, RandomGenerator random) {
        check(token, "taking over");
        announceAndClaim(token, random);
        check(token, "taking over");
    }

    private void announceAndClaim(FencingToken token, RandomGenerator random) {
        String begun = Layout.fence(token, Layout.BEGUN);
        String claim = Layout.fence(token, Layout.CLAIM);
        sealed.put(begun, sealed.seal(begun, BEGUN_FORMAT, Sealed.nothing(), keys.create(begun, random)));
        // Only now: whoever publishes and does not see the announcement is seen here.
        Inventory inventory = new Inventory(repository, sealed, this, cache);
        ObjectNode body = Sealed.nothing();
        ArrayNode keeps = body.putArray(KEEPS);
        for (BackupId id : inventory.counting()) {
            if (id.token().compareTo(token) < 0) {
                keeps.add(id.toString());
            }
        }
        DataKey key = keys.create(claim, random);
        if (!sealed.put(claim, sealed.seal(claim, CLAIM_FORMAT, body, key))) {
            checkOwn(claim);
        }
    }

    /** What stands there is an earlier claim of this token, unless it was damaged: then nobody is kept out by it. */
    private void checkOwn(String claim) {
        try {
            keeps(claim, open(claim, CLAIM_FORMAT));
        } catch (DamagedBackupException unreadable) {
            throw new BackupRepositoryException(
                    Reason.FAILED,
                    repository.describe() + ", " + claim
                            + ": this node's own claim cannot be read, so nothing is written"
                            + " there until the role is granted anew: " + unreadable.getMessage(),
                    unreadable);
        }
    }
}
