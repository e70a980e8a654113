package io.holdfast.backup.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.core.spi.MalformedFrameException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a node that offers a directory may say to who has asked something, and what it is not believed. */
class ExchangeTest {
    private static final List<OfferFrame> ASKED = List.of(
            new OfferFrame.Put(1, "a"),
            new OfferFrame.Read(1, "a", 0),
            new OfferFrame.ListAll(1, ""),
            new OfferFrame.Size(1, "a"),
            new OfferFrame.Delete(1, "a"),
            new OfferFrame.Collect(1, 0),
            new OfferFrame.Resume(1, "a", 1, "a"));
    private static final List<OfferFrame> SAID = List.of(
            new OfferFrame.Credit(1, 1),
            new OfferFrame.Data(1, new byte[1]),
            new OfferFrame.End(1, 0),
            new OfferFrame.Page(1, List.of()),
            new OfferFrame.Done(1, 0),
            new OfferFrame.Cancel(1),
            new OfferFrame.Put(1, "a"),
            new OfferFrame.Pieces(1, List.of()),
            new OfferFrame.Ready(1, 1, 0),
            new OfferFrame.Unverified(1, 1),
            new OfferFrame.Publish(1),
            new OfferFrame.Discard(1));
    /** Which of these are answers to which. */
    private static final List<List<String>> ANSWERS = List.of(
            List.of("Credit", "Done"),
            List.of("Data", "End"),
            List.of("Page", "Done"),
            List.of("Done"),
            List.of("Done"),
            List.of("Done"),
            List.of("Credit", "Pieces", "Ready", "Unverified", "Done"));

    private static Exchange asking(OfferFrame first) {
        Exchange exchange = new Exchange("node-9", "a", call -> first, OfferSession.WINDOW, 0);
        exchange.numbered(1);
        exchange.first(1);
        return exchange;
    }

    @Test
    void whatIsNoAnswerToWhatWasAskedEndsTheLink() {
        for (int i = 0; i < ASKED.size(); i++) {
            for (OfferFrame said : SAID) {
                Exchange exchange = asking(ASKED.get(i));
                if (ANSWERS.get(i).contains(said.getClass().getSimpleName())) {
                    exchange.deliver(said);
                } else {
                    assertThrows(
                            MalformedFrameException.class,
                            () -> exchange.deliver(said),
                            ASKED.get(i) + " was answered by " + said);
                }
            }
        }
    }

    @Test
    void whatWaitsIsBoundedAlsoByPieces() {
        Exchange exchange = asking(new OfferFrame.Read(1, "a", 0));
        for (int i = 0; i < Exchange.MOST_WAITING; i++) {
            exchange.deliver(new OfferFrame.Data(1, new byte[1]));
        }
        assertThrows(MalformedFrameException.class, () -> exchange.deliver(new OfferFrame.Data(1, new byte[1])));
    }

    @Test
    void whatAnotherNodeSaysCommandsNoTerminal() {
        Exchange exchange = asking(new OfferFrame.Size(1, "a"));
        exchange.deliver(new OfferFrame.Failed(1, Reason.FAILED, "no\u001b[2Jthing\nhere"));
        String message = String.valueOf(
                assertThrows(BackupRepositoryException.class, exchange::next).getMessage());
        assertFalse(message.chars().anyMatch(Character::isISOControl), message);
    }

    private static Stored object(String name) {
        return new Stored(name, 1, 1);
    }

    @Test
    void aListIsOfWhatWasAskedForInItsOrderAndNotLongerThanIsKept() {
        Exchange exchange = asking(new OfferFrame.ListAll(1, "a/"));
        Listing good = new Listing(exchange, "a/", 3);
        good.add(List.of(object("a/1"), object("a/2")));
        good.add(List.of(object("a/3")));
        assertEquals(List.of(object("a/1"), object("a/2"), object("a/3")), good.all());
        for (List<Stored> wrong : List.of(
                List.of(object("b/1")),
                List.of(object("a/2"), object("a/1")),
                List.of(object("a/1"), object("a/1")),
                List.of(object("a/1"), object("a/2"), object("a/3"), object("a/4")))) {
            Listing listing = new Listing(exchange, "a/", 3);
            BackupRepositoryException failed =
                    assertThrows(BackupRepositoryException.class, () -> listing.add(wrong), wrong.toString());
            assertEquals(Reason.FAILED, failed.reason());
        }
    }
}
