package io.holdfast.integrations.backup.s3;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.core.spi.Printable;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;

/** What failures of a store are called, and what is to be done about them. Nothing of it holds a secret. */
final class S3Failures {
    /** What a store said, in a message. */
    private static final int LONGEST_WORDS = 300;

    private final String place;

    S3Failures(String place) {
        this.place = place;
    }

    /** The store's own word for it, or empty where there is none, as in answers to HEAD. */
    static String code(AwsServiceException failed) {
        AwsErrorDetails details = failed.awsErrorDetails();
        return details == null || details.errorCode() == null ? "" : details.errorCode();
    }

    /** That there is such an object: what a put "if absent" is answered. */
    static boolean isTaken(AwsServiceException failed) {
        return failed.statusCode() == 412;
    }

    /** That another request for the same name was under way, which decides nothing. */
    static boolean isConflict(AwsServiceException failed) {
        return failed.statusCode() == 409;
    }

    static boolean isAbsent(AwsServiceException failed) {
        return failed.statusCode() == 404 && !code(failed).equals("NoSuchBucket");
    }

    BackupRepositoryException of(String name, String what, RuntimeException failed) {
        if (failed instanceof BackupRepositoryException known) {
            return known;
        } else if (!(failed instanceof SdkException)) { // of the SDK, or of what it was set up with
            return failure(
                    Reason.FAILED, name, what + ", since something in this process failed: " + root(failed), failed);
        } else if (failed instanceof AwsServiceException answered) {
            return answer(name, what, answered);
        } else if (failed instanceof AbortedException) {
            return failure(Reason.FAILED, name, what + ", since this thread was interrupted", failed);
        } else if (failed instanceof ApiCallTimeoutException || failed instanceof ApiCallAttemptTimeoutException) {
            return failure(
                    Reason.UNAVAILABLE,
                    name,
                    what
                            + ", since the store did not answer in time; see requestTimeout if it or the way to it is slow",
                    failed);
        }
        String words = String.valueOf(failed.getMessage());
        if (words.contains("Unable to load credentials") || words.contains("contained no credentials for profile")) {
            return failure(
                    Reason.REFUSED,
                    name,
                    what
                            + ", since there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a"
                            + " profile",
                    failed);
        }
        return failure(Reason.UNAVAILABLE, name, what + ", since the store was not reached: " + root(failed), failed);
    }

    private BackupRepositoryException answer(String name, String what, AwsServiceException failed) {
        String code = code(failed);
        Reason reason = reason(code, failed.statusCode());
        AwsErrorDetails details = failed.awsErrorDetails();
        String words = details == null || details.errorMessage() == null ? "" : ": " + details.errorMessage();
        String said = (code.isEmpty() ? "no reason given" : Printable.of(code, LONGEST_WORDS))
                + " (status " + failed.statusCode()
                + (failed.requestId() == null ? "" : ", request " + Printable.of(failed.requestId(), 100))
                + ")" + Printable.of(words, LONGEST_WORDS);
        return failure(reason, name, what + hint(reason, code, failed) + ": " + said, failed);
    }

    private static Reason reason(String code, int status) {
        return switch (code) {
            case "NoSuchBucket",
                    "PermanentRedirect",
                    "TemporaryRedirect",
                    "AuthorizationHeaderMalformed",
                    "IllegalLocationConstraintException",
                    "IncorrectEndpoint",
                    "RequestTimeout" -> Reason.UNAVAILABLE;
            case "RequestTimeTooSkewed", "InvalidToken", "ExpiredToken" -> Reason.REFUSED;
            case "QuotaExceeded", "StorageFull", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded" ->
                Reason.NO_SPACE;
            case "NotImplemented" -> Reason.UNFIT;
            default ->
                switch (status) {
                    case 401, 403 -> Reason.REFUSED;
                    case 404 -> Reason.ABSENT;
                    case 301, 307, 429, 500, 502, 503, 504 -> Reason.UNAVAILABLE;
                    case 501 -> Reason.UNFIT;
                    case 507 -> Reason.NO_SPACE;
                    default -> Reason.FAILED;
                };
        };
    }

    private static String hint(Reason reason, String code, AwsServiceException failed) {
        return switch (code) {
            case "NoSuchBucket" -> ", since there is no such bucket; it is not made by itself";
            case "RequestTimeTooSkewed" -> ", since this machine's clock is off by more than the store allows; set it";
            case "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken" ->
                ", since the store does"
                        + " not take these credentials; look at the key, the secret and whether they have expired";
            case "PermanentRedirect",
                    "TemporaryRedirect",
                    "AuthorizationHeaderMalformed",
                    "IllegalLocationConstraintException",
                    "IncorrectEndpoint" -> wrongRegion(failed);
            case "SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded" ->
                ", since the store wants fewer" + " requests; it is tried again later";
            default ->
                switch (reason) {
                    case REFUSED ->
                        ", since these credentials may not do that; they need s3:GetObject, s3:PutObject,"
                                + " s3:DeleteObject, s3:AbortMultipartUpload and s3:ListMultipartUploadParts on the objects, and"
                                + " s3:ListBucket and s3:ListBucketMultipartUploads on the bucket";
                    case ABSENT -> ", since it is not there";
                    case NO_SPACE -> ", since there is no room or a quota is reached";
                    case UNAVAILABLE ->
                        failed.statusCode() < 400 ? wrongRegion(failed) : ", since the store is in trouble";
                    case UNFIT -> ", since the store does not know how";
                    case FAILED -> "";
                };
        };
    }

    private static String wrongRegion(AwsServiceException failed) {
        AwsErrorDetails details = failed.awsErrorDetails();
        Optional<String> right = details == null || details.sdkHttpResponse() == null
                ? Optional.empty()
                : details.sdkHttpResponse().firstMatchingHeader("x-amz-bucket-region");
        return ", since the bucket is in another region"
                + right.map(region -> ", " + Printable.of(region, 64)).orElse("") + "; see region and endpoint";
    }

    static String root(Throwable failed) {
        Throwable cause = failed;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        return Printable.of(cause.toString(), LONGEST_WORDS);
    }

    BackupRepositoryException failure(Reason reason, String name, String what, Throwable cause) {
        return new BackupRepositoryException(reason, message(name, what), cause);
    }

    BackupRepositoryException failure(Reason reason, String name, String what) {
        return new BackupRepositoryException(reason, message(name, what), null);
    }

    private String message(String name, String what) {
        return place + (name.isEmpty() ? "" : ", " + name) + ": " + what;
    }
}
