package io.jpm.console.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.wire.ConsoleChunk;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private final Outbox outbox = new Outbox();

  @Test
  void consecutiveTextsOfOneStreamAreOneChunk() {
    outbox.add(false, "a");
    outbox.add(false, "");
    outbox.add(false, "b");
    outbox.add(true, "c");
    outbox.add(false, "d");
    assertThat(outbox.poll()).contains(new ConsoleChunk.Out("ab"));
    assertThat(outbox.poll()).contains(new ConsoleChunk.Err("c"));
    assertThat(outbox.poll()).contains(new ConsoleChunk.Out("d"));
    assertThat(outbox.poll()).isEmpty();
    assertThat(outbox.isEmpty()).isTrue();
  }

  @Test
  void chunksEndBetweenCharacters() {
    outbox.add(false, "x" + "🚀".repeat(Outbox.CHUNK_BYTES / 4) + "é");
    assertThat(outbox.poll())
        .contains(new ConsoleChunk.Out("x" + "🚀".repeat(Outbox.CHUNK_BYTES / 4 - 1)));
    assertThat(outbox.poll()).contains(new ConsoleChunk.Out("🚀é"));
    assertThat(outbox.poll()).isEmpty();
  }

  @Test
  void exactlyFullChunkLeavesNoRemainder() {
    outbox.add(false, "x".repeat(Outbox.CHUNK_BYTES));
    outbox.add(false, "y");
    assertThat(outbox.poll()).contains(new ConsoleChunk.Out("x".repeat(Outbox.CHUNK_BYTES)));
    assertThat(outbox.poll()).contains(new ConsoleChunk.Out("y"));
  }

  @Test
  void loneSurrogatesAreReplaced() {
    outbox.add(false, "a\uDCFFb\uD83D");
    assertThat(outbox.poll()).contains(new ConsoleChunk.Out("a\uFFFDb\uFFFD"));
  }

  @Test
  void textWithAMarkIsNotSplit() {
    String page = "x".repeat(3 * Outbox.CHUNK_BYTES);
    outbox.add(false, page, () -> "first");
    outbox.add(false, "a", () -> "second");
    outbox.add(false, "b", () -> "third");
    outbox.add(true, "c", () -> "fourth");
    outbox.add(true, "no mark");
    assertThat(outbox.poll()).contains(marked(new ConsoleChunk.Out(page), "first"));
    assertThat(outbox.poll()).contains(marked(new ConsoleChunk.Out("ab"), "third"));
    assertThat(outbox.poll()).contains(marked(new ConsoleChunk.Err("c"), "fourth"));
    assertThat(outbox.poll()).contains(new ConsoleChunk.Err("no mark"));
    assertThat(outbox.isEmpty()).isTrue();
  }

  @Test
  void markIsSentWithoutText() {
    outbox.add(false, "", () -> "here");
    assertThat(outbox.isEmpty()).isFalse();
    assertThat(outbox.poll()).contains(marked(new ConsoleChunk.KeepAlive(), "here"));
  }

  private static ConsoleChunk marked(ConsoleChunk text, String mark) {
    return new ConsoleChunk.Marked(text, mark);
  }
}
