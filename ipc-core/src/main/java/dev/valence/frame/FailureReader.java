package dev.valence.frame;

import dev.valence.frame.Frame.FailureCause;
import dev.valence.frame.Frame.FailureDetails;
import java.util.ArrayList;
import java.util.List;

/** Reads why something failed; the part of {@link FrameReader} for what is rare. */
final class FailureReader {

    private FailureReader() {}

    /** Reads the body of a Failure, or of a StreamEnd. */
    static Frame read(FieldReader in, boolean isRequest) {
        long id = 0;
        int code = 0;
        FailureDetails details = null;
        while (in.hasMore()) {
            int tag = in.tag();
            switch (tag) {
                case 8 -> id = in.uint64();
                case 16 -> code = in.uint32();
                case 26 -> details = details(in, details == null ? FailureDetails.NONE : details);
                default -> in.skip(tag);
            }
        }
        return isRequest ? new Frame.Failure(id, code, details) : new Frame.StreamEnd(id, code, details);
    }

    private static FailureDetails details(FieldReader in, FailureDetails before) {
        String message = before.message();
        String type = before.type();
        List<FailureCause> causes = new ArrayList<>(before.causes());
        String code = before.applicationCode();
        String details = before.applicationDetails();
        int outer = in.enter();
        while (in.hasMore()) {
            int tag = in.tag();
            switch (tag) {
                case 10 -> message = in.text();
                case 18 -> type = in.text();
                case 26 -> causes.add(cause(in));
                case 34 -> code = in.text();
                case 42 -> details = in.text();
                case 50 -> in.skipText(); // stack
                default -> in.skip(tag);
            }
        }
        in.leave(outer);
        return new FailureDetails(message, type, causes, code, details);
    }

    private static FailureCause cause(FieldReader in) {
        String type = "";
        String message = "";
        int outer = in.enter();
        while (in.hasMore()) {
            int tag = in.tag();
            switch (tag) {
                case 10 -> type = in.text();
                case 18 -> message = in.text();
                default -> in.skip(tag);
            }
        }
        in.leave(outer);
        return new FailureCause(type, message);
    }
}
