package io.holdfast.backup.remote;

import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.backup.remote.OfferFrame.Credit;
import io.holdfast.backup.remote.OfferFrame.Done;
import io.holdfast.backup.remote.OfferFrame.Page;
import io.holdfast.core.spi.MalformedFrameException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells another node what is there, a page for each credit. */
final class ServedList extends ServedCall {
    private static final int MOST_CREDIT = 16;

    private final String prefix;
    private @Nullable List<Stored> found;
    private int next;
    private int credit;

    ServedList(OfferSession session, int id, String prefix) {
        super(session, id);
        this.prefix = prefix;
    }

    @Override
    void begin() {
        onFiles(() -> session().directory().list(prefix), objects -> {
            found = objects;
            goOn();
        });
    }

    @Override
    void received(OfferFrame frame) {
        if (!(frame instanceof Credit more) || credit + (long) more.more() > MOST_CREDIT) {
            throw new MalformedFrameException("who has room for " + credit + " pages said "
                    + frame.getClass().getSimpleName());
        }
        credit += more.more();
        goOn();
    }

    private void goOn() {
        List<Stored> all = found;
        if (all == null) {
            return;
        }
        while (credit > 0 && next < all.size()) {
            int end = Math.min(all.size(), next + OfferCodec.MOST_OBJECTS);
            session().send(new Page(id(), all.subList(next, end)));
            next = end;
            credit--;
        }
        if (next == all.size()) {
            end(new Done(id(), next));
        }
    }
}
