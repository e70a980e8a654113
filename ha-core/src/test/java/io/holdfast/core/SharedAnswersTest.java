package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // a question by itself is enough in places
class SharedAnswersTest {
    private long now = -5;
    private final List<CompletableFuture<String>> questions = new ArrayList<>();
    private final SharedAnswers<String> answers = new SharedAnswers<>(() -> now);

    private CompletableFuture<String> ask(String about) {
        return answers.ask(about, "too many", () -> {
            CompletableFuture<String> question = new CompletableFuture<>();
            questions.add(question);
            return question;
        });
    }

    @Test
    void oneQuestionIsUnderWayHoweverManyAsk() {
        List<CompletableFuture<String>> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(ask("a"));
            now += SharedAnswers.FRESH_NANOS; // an answer may take long
        }
        assertEquals(1, questions.size());
        assertTrue(all.get(1).cancel(false));
        questions.get(0).complete("yes");
        all.remove(1);
        all.forEach(each -> assertEquals("yes", each.join()));
    }

    @Test
    void anAnswerIsSharedForHalfASecondAndNoLonger() {
        ask("a");
        questions.get(0).complete("yes");
        now += SharedAnswers.FRESH_NANOS;
        assertEquals("yes", ask("a").join());
        now++;
        assertFalse(ask("a").isDone());
        assertEquals(2, questions.size());
    }

    @Test
    void aFailureIsSharedAndThenForgotten() {
        CompletableFuture<String> first = ask("a");
        questions.get(0).completeExceptionally(new IllegalStateException("gone"));
        assertTrue(first.isCompletedExceptionally());
        assertTrue(ask("a").isCompletedExceptionally());
        now += SharedAnswers.FRESH_NANOS + 1;
        assertFalse(ask("a").isDone());
    }

    @Test
    void whoFindsNoRoomToWaitIsTurnedAwayAtOnce() {
        List<CompletableFuture<String>> waiting = new ArrayList<>();
        for (int i = 0; i < SharedAnswers.MOST_WAITING; i++) {
            waiting.add(ask("a"));
        }
        waiting.forEach(each -> assertFalse(each.isDone()));
        assertEquals("too many", ask("a").join());
        assertFalse(ask("b").isDone(), "which is another question");
        questions.get(0).complete("yes");
        waiting.forEach(each -> assertEquals("yes", each.join()));
        assertEquals("yes", ask("a").join(), "nobody has to wait for it now");
        assertEquals(2, questions.size());
    }

    @Test
    void whatIsKeptIsBounded() {
        for (int i = 0; i < SharedAnswers.MOST; i++) {
            ask("about-" + i);
        }
        ask("one-more");
        ask("one-more");
        assertEquals(SharedAnswers.MOST + 2, questions.size(), "asked, and not kept");
    }
}
