package io.holdfast.backup.remote;

import io.holdfast.backup.remote.OfferFrame.Credit;
import io.holdfast.backup.remote.OfferFrame.Data;
import io.holdfast.backup.remote.OfferFrame.End;
import io.holdfast.core.spi.MalformedFrameException;

/** Bytes that another node sends of a call, and the room that it was given for them. On the loop. */
final class Inflow {
    /**
     * As many frames wait for the worker. Who keeps the rules has not more than a window's full ones under way; many that are tiny would cost far more
     * than their bytes.
     */
    static final int MOST_WAITING = 4 * OfferSession.WINDOW / OfferCodec.MOST_DATA;

    private final ServedCall call;
    private final String name;
    private long received;
    private int credit;

    Inflow(ServedCall call, String name) {
        this.call = call;
        this.name = name;
    }

    /** How many have come since the last end. */
    long received() {
        return received;
    }

    /** There is room for so many more. */
    void give(int bytes) {
        credit += bytes;
        call.session().send(new Credit(call.id(), bytes));
    }

    byte[] take(Data data) {
        int length = data.bytes().length;
        if (call.tasks() > MOST_WAITING) {
            throw new MalformedFrameException("a put of " + name + " comes in pieces that are too small: "
                    + call.tasks() + " of them wait, of " + received + " bytes that have come");
        }
        if (length > credit) {
            throw new MalformedFrameException("a put of " + name + " of which " + received
                    + " bytes have come, with room for " + credit + " more, got " + length);
        }
        credit -= length;
        received += length;
        call.session().meters().received(length);
        return data.bytes();
    }

    /** All of it has come, and what comes next is something new. */
    void end(End all) {
        if (all.total() != received) {
            throw new MalformedFrameException(
                    "a put of " + name + " of which " + received + " bytes have come ends with " + all.total());
        }
        received = 0;
    }
}
