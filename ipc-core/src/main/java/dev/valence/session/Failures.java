package dev.valence.session;

import dev.valence.ErrorCode;
import dev.valence.HandlerException;
import dev.valence.IpcException;
import dev.valence.RemoteError;
import dev.valence.proto.Failure;
import dev.valence.proto.FailureCause;
import dev.valence.proto.FailureDetails;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** What a handler throws, as bytes and back. Whatever it is, the result is well-formed and bounded. */
final class Failures {

    private static final int MAX_TEXT = 4 * 1024;
    private static final int MAX_CAUSES = 8;

    private Failures() {}

    /** Describes a failure of this side. */
    static FailureDetails describe(Throwable thrown) {
        Throwable error = unwrapped(thrown);
        FailureDetails.Builder details =
                FailureDetails.newBuilder().setType(typeOf(error)).setMessage(messageOf(error));
        Throwable cause = causeOf(error);
        for (int i = 0; i < MAX_CAUSES && cause != null; i++) {
            details.addCauses(FailureCause.newBuilder().setType(typeOf(cause)).setMessage(messageOf(cause)));
            cause = causeOf(cause);
        }
        if (error instanceof HandlerException own) {
            details.setApplicationCode(bounded(own.applicationCode()));
            String applicationDetails = own.applicationDetails();
            if (applicationDetails != null) {
                details.setApplicationDetails(bounded(applicationDetails));
            }
        }
        return details.build();
    }

    /** Returns the failure of a request as its caller sees it. */
    static IpcException exception(String channel, Failure failure) {
        ErrorCode code = ErrorCode.of(failure.getCode());
        if (code == ErrorCode.NO_HANDLER) {
            return new IpcException(code, "No handler registered for '" + channel + "'");
        }
        if (code == ErrorCode.REPLY_DROPPED && !failure.hasDetails()) {
            return new IpcException(code, "Error invoking remote method '" + channel + "': reply was never sent");
        }
        if (!failure.hasDetails()) {
            return new IpcException(code, "Error invoking remote method '" + channel + "': " + code);
        }
        FailureDetails details = failure.getDetails();
        List<RemoteError.Cause> causes = details.getCausesList().stream()
                .map(cause -> new RemoteError.Cause(cause.getType(), cause.getMessage()))
                .toList();
        RemoteError remote = new RemoteError(
                details.getType(),
                details.getMessage(),
                causes,
                orNull(details.getApplicationCode()),
                orNull(details.getApplicationDetails()));
        String text = details.getMessage().isEmpty() ? "" : ": " + details.getMessage();
        return new IpcException(
                code, "Error invoking remote method '" + channel + "': " + details.getType() + text, null, remote);
    }

    private static Throwable unwrapped(Throwable thrown) {
        boolean isWrapper = thrown instanceof CompletionException || thrown instanceof ExecutionException;
        Throwable cause = causeOf(thrown);
        return isWrapper && cause != null ? cause : thrown;
    }

    private static String typeOf(Throwable error) {
        return bounded(error.getClass().getName());
    }

    private static String messageOf(Throwable error) {
        try {
            String message = error.getMessage();
            return message == null ? "" : bounded(message);
        } catch (Throwable t) { // a message is code of the application too
            return "(its message could not be read: " + t.getClass().getName() + ")";
        }
    }

    private static @Nullable Throwable causeOf(Throwable error) {
        try {
            return error.getCause();
        } catch (Throwable t) {
            return null;
        }
    }

    /** Cuts a text and replaces what is not valid UTF-16, which could not be encoded. */
    private static String bounded(String text) {
        String cut = text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "…" : text;
        byte[] bytes = cut.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
