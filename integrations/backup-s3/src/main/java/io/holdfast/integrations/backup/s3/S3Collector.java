package io.holdfast.integrations.backup.s3;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Removes what puts have left that did not come to an end: uploads in parts, the lists of those that may be gone on with, and probes. */
final class S3Collector {
    private static final Logger LOG = LoggerFactory.getLogger(S3Collector.class);

    static final Duration RESUMABLE_FOR = Duration.ofDays(7);
    /** A probe or a list that is in use must not be taken away from its put. */
    private static final Duration LEAST_AGE_OF_HELPERS = Duration.ofMinutes(10);

    private final S3Calls calls;
    private final S3Failures failures;
    private final S3Listing listing;
    private final Predicate<String> isUnderWay;

    /** @param isUnderWay whether this process is at an upload to that key */
    S3Collector(S3Calls calls, S3Failures failures, S3Listing listing, Predicate<String> isUnderWay) {
        this.calls = calls;
        this.failures = failures;
        this.listing = listing;
        this.isUnderWay = isUnderWay;
    }

    /** @param resumableFor how long an upload that somebody may go on with stays, if that is longer */
    int collect(Duration silentFor, Duration resumableFor) {
        ListMultipartUploadsResponse page = uploads("", "");
        // The age is told by the store's own clock.
        Instant now = now(page);
        Instant silent = now.minus(silentFor);
        Instant forgotten = resumableFor.compareTo(silentFor) > 0 ? now.minus(resumableFor) : silent;
        List<S3Object> lists = listing.objects(UnfinishedUpload.LISTS);
        Set<String> resumable = new HashSet<>();
        boolean allRead = read(lists, forgotten, resumable);
        Set<String> there = new HashSet<>();
        int removed = 0;
        while (true) {
            for (MultipartUpload upload : page.uploads()) {
                boolean kept = !isOurs(upload.key())
                        || isUnderWay.test(upload.key())
                        || resumable.contains(upload.uploadId())
                        || !isSilent(upload, allRead ? silent : forgotten);
                if (kept) {
                    there.add(upload.uploadId());
                } else {
                    removed += calls.abort(upload.key(), upload.key(), upload.uploadId()) ? 1 : 0;
                }
            }
            if (!Boolean.TRUE.equals(page.isTruncated())) {
                break;
            }
            page = uploads(page.nextKeyMarker(), page.nextUploadIdMarker());
        }
        Instant helpers = now.minus(silentFor.compareTo(LEAST_AGE_OF_HELPERS) > 0 ? silentFor : LEAST_AGE_OF_HELPERS);
        removeLists(lists, there, helpers);
        return removed + removeProbes(helpers);
    }

    /**
     * Which uploads are listed and were gone on with since then.
     *
     * @return false if that is not known of all
     */
    private boolean read(List<S3Object> lists, Instant since, Set<String> ids) {
        boolean all = true;
        for (S3Object list : lists) {
            if (listing.modified(list.key(), list).isAfter(since)) {
                try {
                    S3Resumable.read(calls, list.key(), list.key()).ifPresent(listed -> ids.add(listed.id()));
                } catch (BackupRepositoryException unread) {
                    all = false;
                    LOG.warn("uploads that have been silent for less than a week stay, since {}", unread.getMessage());
                }
            }
        }
        return all;
    }

    /** Those of uploads that have ended in whatever way. */
    private void removeLists(List<S3Object> lists, Set<String> uploads, Instant before) {
        for (S3Object list : lists) {
            if (listing.modified(list.key(), list).isBefore(before)) {
                Optional<UnfinishedUpload> listed = S3Resumable.read(calls, list.key(), list.key());
                boolean over = listed.filter(one -> uploads.contains(one.id())).isEmpty();
                if (over && isStillOf(list, before)) {
                    calls.delete(list.key(), list.key());
                }
            }
        }
    }

    /** Somebody may have begun anew meanwhile, under the same name. */
    private boolean isStillOf(S3Object list, Instant before) {
        return calls.head(list.key(), list.key())
                .map(HeadObjectResponse::lastModified)
                .filter(modified -> modified.isBefore(before))
                .isPresent();
    }

    private ListMultipartUploadsResponse uploads(String afterKey, String afterId) {
        return calls.call("", "cannot be collected", () -> calls.s3().listMultipartUploads(list -> {
            list.bucket(calls.settings().bucket()).prefix(calls.settings().prefix());
            if (!afterKey.isEmpty()) {
                list.keyMarker(afterKey).uploadIdMarker(afterId);
            }
        }));
    }

    private Instant now(ListMultipartUploadsResponse answer) {
        String date = answer.sdkHttpResponse().firstMatchingHeader("Date").orElse("");
        try {
            return ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeParseException none) {
            throw failures.failure(
                    Reason.UNFIT, "", "cannot be collected, since this store does not say what time it has", none);
        }
    }

    private boolean isOurs(String key) {
        return calls.settings().name(key) != null
                || key.startsWith(calls.settings().key(S3Probe.PROBES));
    }

    private boolean isSilent(MultipartUpload upload, Instant since) {
        return !listing.said(upload.key(), "since when an upload is there", upload.initiated())
                        .isAfter(since)
                && calls.call(upload.key(), "cannot be collected", () -> calls
                        .s3()
                        .listPartsPaginator(list -> list.bucket(calls.settings().bucket())
                                .key(upload.key())
                                .uploadId(upload.uploadId()))
                        .parts()
                        .stream()
                        .map(Part::lastModified)
                        .noneMatch(heard -> listing.said(upload.key(), "since when a part is there", heard)
                                .isAfter(since)));
    }

    private int removeProbes(Instant before) {
        int removed = 0;
        for (S3Object left : listing.objects(S3Probe.PROBES)) {
            if (listing.modified(left.key(), left).isBefore(before)) {
                calls.delete(left.key(), left.key());
                removed++;
            }
        }
        return removed;
    }
}
