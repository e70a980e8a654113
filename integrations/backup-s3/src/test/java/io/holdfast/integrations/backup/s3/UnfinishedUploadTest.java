package io.holdfast.integrations.backup.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.backup.ResumablePut.Piece;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnfinishedUploadTest {
    private static final String HASH = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private static final String HEAD = "holdfast unfinished upload 1\nkey shop/data/a b\nupload up+1=\nmark m\n";

    /** As it stands in a bucket; what an earlier release has left is gone on with. */
    @Test
    void itIsReadAsItIsWritten() {
        UnfinishedUpload upload = new UnfinishedUpload("shop/data/a b", "up+1=", "m", List.of())
                .with(new UnfinishedUpload.Part(new Piece(16_777_216, HASH), "\"a tag\""));
        assertEquals(HEAD + "part 16777216 " + HASH + " \"a tag\"\n", new String(upload.encode(), UTF_8));
        assertEquals(Optional.of(upload), UnfinishedUpload.decode(upload.encode()));
        assertEquals(Optional.of(upload.first(0)), UnfinishedUpload.decode(HEAD.getBytes(UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "holdfast unfinished upload 2\nkey k\nupload u\nmark m\n",
                "holdfast unfinished upload 1\nkey k\nupload u\n",
                HEAD + "part 0 " + HASH + " tag\n",
                HEAD + "part 1073741825 " + HASH + " tag\n",
                HEAD + "part -1 " + HASH + " tag\n",
                HEAD + "part 5 " + HASH + "\n",
                HEAD + "part 5 abc tag\n",
                HEAD + "part 5 " + HASH + " tag",
                HEAD + "\n"
            })
    void whatIsNoneIsNotGoneOnWith(String text) {
        assertEquals(Optional.empty(), UnfinishedUpload.decode(text.getBytes(UTF_8)));
    }
}
