package io.jpm.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ConsoleChunkTest {
  private static final List<ConsoleChunk> ONE_OF_EACH =
      List.of(
          new ConsoleChunk.Out("日本 🚀\n"),
          new ConsoleChunk.Err("\u001b[31mno\u001b[0m\n"),
          new ConsoleChunk.KeepAlive(),
          new ConsoleChunk.Code(70),
          new ConsoleChunk.Marked(new ConsoleChunk.Out("a line\n"), "a-mark_1"),
          new ConsoleChunk.FinalText(false, "done\n", 0),
          new ConsoleChunk.FinalText(true, "\",\"code\":3}", 1));

  @Test
  void everyKindIsCovered() {
    assertThat(ONE_OF_EACH.stream().map(Object::getClass).collect(Collectors.toSet()))
        .isEqualTo(
            Arrays.stream(ConsoleChunk.class.getPermittedSubclasses()).collect(Collectors.toSet()));
  }

  @Test
  void roundTrip() {
    for (ConsoleChunk chunk : ONE_OF_EACH) {
      JsonObject overTheWire = new JsonObject(chunk.toJson().toBuffer());
      assertThat(overTheWire.size()).isEqualTo(hasTwoKeys(chunk) ? 2 : 1);
      assertThat(ConsoleChunk.fromJson(overTheWire)).isEqualTo(chunk);
    }
  }

  private static boolean hasTwoKeys(ConsoleChunk chunk) {
    return chunk instanceof ConsoleChunk.FinalText || chunk instanceof ConsoleChunk.Marked;
  }

  @Test
  void otherJsonIsRefused() {
    for (String json :
        List.of(
            "{}",
            "{\"out\":1}",
            "{\"out\":\"a\",\"code\":\"0\"}",
            "{\"wait\":true,\"code\":0}",
            "{\"mark\":\"m\"}",
            "{\"wait\":false}")) {
      assertThatThrownBy(() -> ConsoleChunk.fromJson(new JsonObject(json)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("one of out, err, wait and code");
    }
  }
}
