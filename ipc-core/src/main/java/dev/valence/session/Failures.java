package dev.valence.session;

import dev.valence.ErrorCode;
import dev.valence.HandlerException;
import dev.valence.IpcException;
import dev.valence.RemoteError;
import dev.valence.frame.Frame.Failure;
import dev.valence.frame.Frame.FailureCause;
import dev.valence.frame.Frame.FailureDetails;
import java.util.ArrayList;
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
        List<FailureCause> causes = new ArrayList<>();
        Throwable cause = causeOf(error);
        for (int i = 0; i < MAX_CAUSES && cause != null; i++) {
            causes.add(new FailureCause(typeOf(cause), messageOf(cause)));
            cause = causeOf(cause);
        }
        String code = "";
        String details = "";
        if (error instanceof HandlerException own) {
            code = bounded(own.applicationCode());
            String applicationDetails = own.applicationDetails();
            details = applicationDetails == null ? "" : bounded(applicationDetails);
        }
        return new FailureDetails(messageOf(error), typeOf(error), causes, code, details);
    }

    /** Returns the failure of a request as its caller sees it. */
    static IpcException exception(String channel, Failure failure) {
        ErrorCode code = ErrorCode.of(failure.code());
        if (code == ErrorCode.NO_HANDLER) {
            return new IpcException(code, "No handler registered for '" + channel + "'");
        }
        FailureDetails details = failure.details();
        if (code == ErrorCode.REPLY_DROPPED && details == null) {
            return new IpcException(code, "Error invoking remote method '" + channel + "': reply was never sent");
        }
        if (details == null) {
            return new IpcException(code, "Error invoking remote method '" + channel + "': " + code);
        }
        List<RemoteError.Cause> causes = details.causes().stream()
                .map(cause -> new RemoteError.Cause(cause.type(), cause.message()))
                .toList();
        RemoteError remote = new RemoteError(
                details.type(),
                details.message(),
                causes,
                orNull(details.applicationCode()),
                orNull(details.applicationDetails()));
        String text = details.message().isEmpty() ? "" : ": " + details.message();
        return new IpcException(
                code, "Error invoking remote method '" + channel + "': " + details.type() + text, null, remote);
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
