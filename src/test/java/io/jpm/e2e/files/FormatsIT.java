package io.jpm.e2e.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Data that other programs and the next daemon read keeps its format to the byte: the journal, the
/// dump, `jlist`, and the replies of the bridge. The apps of `src/test/resources/formats/apps.json`
/// have one attribute each, and none of them runs. With `-Djpm.golden.write=true` the expected
/// texts in `src/test/resources/golden/formats` are written again.
@Timeout(120)
@Needs(Need.ROOT)
class FormatsIT extends EndToEndTestBase {
  private static final Path APPS = Path.of("src/test/resources/formats/apps.json");
  private static final Path EXPECTED = Path.of("src/test/resources/golden/formats");

  /// Keys whose values differ between runs or between machines.
  private static final Set<String> VARYING =
      Set.of("created_at", "crc32c", "secret", "next_run", "environments", "username", "commands");

  @Test
  void formatsOfJournalDumpListAndRepliesAreUnchanged() throws IOException {
    jpm.script("run.sh", "#!/bin/sh\nsleep 1000\n");
    Files.writeString(jpm.work().resolve("some.env"), "A=1\n");
    String apps = Files.readString(APPS).replace("WORK", jpm.work().toString());
    Path file = Files.writeString(jpm.work().resolve("apps.json"), apps);
    jpm.run("start", file.toString()).ok();
    jpm.run("save").ok();
    assertUnchanged("jlist.json", Json.decodeValue(jpm.run("jlist").ok().out()));
    assertUnchanged("dump.json", new JsonObject(Files.readString(jpm.home().resolve("dump.json"))));
    assertUnchanged(
        "state.json", new JsonObject(Files.readString(jpm.home().resolve("state.json"))));
    JsonObject everything = new JsonObject().put("targets", new JsonArray().add("all"));
    assertUnchanged("bridge-list.json", request("list", new JsonObject()));
    assertUnchanged("bridge-describe.json", request("describe", everything));
  }

  private JsonObject request(String verb, JsonObject keys) throws IOException {
    JsonObject body = keys.copy().put("v", 1).put("verb", verb);
    JsonObject frame =
        new JsonObject()
            .put("type", "send")
            .put("address", "jpm.command")
            .put("replyAddress", "reply")
            .put("body", body);
    byte[] text = frame.encode().getBytes(StandardCharsets.UTF_8);
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(jpm.home().resolve("bridge.sock")));
      channel.write(ByteBuffer.allocate(4 + text.length).putInt(text.length).put(text).flip());
      var in = new DataInputStream(Channels.newInputStream(channel));
      byte[] reply = in.readNBytes(in.readInt());
      return new JsonObject(new String(reply, StandardCharsets.UTF_8)).getJsonObject("body");
    }
  }

  /// Compares the texts, which includes the order of the keys.
  private void assertUnchanged(String name, Object actual) throws IOException {
    String home = jpm.home().getParent().toString();
    String text = Json.encodePrettily(maskVarying(actual)).replace(home, "BASE") + "\n";
    Path expected = EXPECTED.resolve(name);
    if (Boolean.getBoolean("jpm.golden.write")) {
      Files.createDirectories(EXPECTED);
      Files.writeString(expected, text);
    }
    assertThat(text).isEqualTo(Files.readString(expected));
  }

  private static Object maskVarying(Object value) {
    return switch (value) {
      case JsonObject object -> {
        JsonObject steady = new JsonObject();
        for (String key : object.fieldNames()) {
          Object member = object.getValue(key);
          steady.put(key, VARYING.contains(key) && member != null ? "…" : maskVarying(member));
        }
        yield steady;
      }
      case JsonArray array -> new JsonArray(array.stream().map(FormatsIT::maskVarying).toList());
      case List<?> list -> new JsonArray(list.stream().map(FormatsIT::maskVarying).toList());
      case null -> null;
      default -> value;
    };
  }
}
