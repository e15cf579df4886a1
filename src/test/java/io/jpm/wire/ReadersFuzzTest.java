package io.jpm.wire;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Tests that arbitrary input from outside is parsed without an exception.
class ReadersFuzzTest {
  private static final long SEED = Long.getLong("jpm.seed", 20261122);
  private static final List<String> KEYS =
      List.of(
          "v", "argv", "cwd", "env", "tty", "stdin", "cols", "rows", "out", "color", "keys", "name",
          "role", "apps", "from");

  private final SplittableRandom random = new SplittableRandom(SEED);

  private @Nullable Object value(int depth) {
    return switch (random.nextInt(depth > 3 ? 7 : 9)) {
      case 0 -> null;
      case 1 -> random.nextInt(-3, 20_000);
      case 2 -> random.nextLong();
      case 3 -> random.nextDouble();
      case 4 -> random.nextBoolean();
      case 5 -> "\u0000=\uDC00";
      case 6 -> "A=b";
      case 7 -> {
        var array = new JsonArray();
        for (int i = random.nextInt(4); i > 0; i--) {
          array.add(value(depth + 1));
        }
        yield array;
      }
      default -> object(depth + 1);
    };
  }

  private JsonObject object(int depth) {
    var object = new JsonObject();
    for (int i = random.nextInt(8); i > 0; i--) {
      object.put(KEYS.get(random.nextInt(KEYS.size())), value(depth));
    }
    return object;
  }

  @Test
  void parsersThrowNoException() {
    for (int i = 0; i < 50_000; i++) {
      Object body = random.nextInt(10) == 0 ? value(0) : object(0).put("v", 1);
      assertThatCode(
              () -> {
                ConsoleRequest.read(body);
                ConsoleInput.read(body);
                RequestCaller.fromHeader(String.valueOf(body));
              })
          .as("seed %d: %s", SEED, body)
          .doesNotThrowAnyException();
    }
  }
}
