package io.holdfast.integrations.backup.s3;

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
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Removes what puts have left that did not come to an end: uploads in parts, the lists of those that may be gone on with, and probes. */
final class S3Collector {
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
        List<S3Object> lists = listing.objects(UnfinishedUpload.LISTS);
        Set<String> resumable =
                resumable(lists, resumableFor.compareTo(silentFor) > 0 ? now.minus(resumableFor) : silent);
        Set<String> there = new HashSet<>();
        int removed = 0;
        while (true) {
            for (MultipartUpload upload : page.uploads()) {
                boolean kept = !isOurs(upload.key())
                        || isUnderWay.test(upload.key())
                        || resumable.contains(upload.uploadId())
                        || !isSilent(upload, silent);
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

    /** The uploads that are listed and were gone on with since then. */
    private Set<String> resumable(List<S3Object> lists, Instant since) {
        Set<String> ids = new HashSet<>();
        for (S3Object list : lists) {
            if (listing.modified(list.key(), list).isAfter(since)) {
                S3Resumable.read(calls, list.key(), list.key()).ifPresent(listed -> ids.add(listed.id()));
            }
        }
        return ids;
    }

    /** Those of uploads that have ended in whatever way. */
    private void removeLists(List<S3Object> lists, Set<String> uploads, Instant before) {
        for (S3Object list : lists) {
            if (listing.modified(list.key(), list).isBefore(before)) {
                Optional<UnfinishedUpload> listed = S3Resumable.read(calls, list.key(), list.key());
                if (listed.filter(one -> uploads.contains(one.id())).isEmpty()) {
                    calls.delete(list.key(), list.key());
                }
            }
        }
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
