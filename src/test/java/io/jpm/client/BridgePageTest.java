package io.jpm.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.wire.CommandReply;
import io.jpm.wire.CommandVerb;
import io.jpm.wire.EventMessage;
import io.jpm.wire.LinesMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Tests that the Java client sends and understands the messages that `docs/bridge.md` shows.
class BridgePageTest {
  private static final Path PAGE = Path.of("docs/bridge.md");

  /// Returns the examples of the page for one direction, as parsed JSON.
  private static List<Map<?, ?>> examples(String arrow) {
    try (Stream<String> lines = Files.lines(PAGE)) {
      List<Map<?, ?>> examples = new ArrayList<>();
      for (String line : lines.filter(it -> it.startsWith(arrow + " {\"v\":")).toList()) {
        examples.add(JsonMembers.of(Json.parse(line.substring(arrow.length()))).all());
      }
      return examples;
    } catch (IOException | Json.MalformedJsonException e) {
      throw new AssertionError(e);
    }
  }

  private static final Apps WEB = Apps.of(App.of("web", "./server.js")).in(Path.of("/srv/web"));

  /// The requests in the order of the page. The values contain the fields that a record always
  /// sends, although they are optional.
  private static Map<Request<?>, Map<String, Object>> requests() {
    Map<Request<?>, Map<String, Object>> all = new LinkedHashMap<>();
    all.put(Request.ping(), Map.of());
    all.put(Request.list(), Map.of());
    all.put(Request.describe("web"), Map.of());
    all.put(Request.eventsAfter(4711, 50).of("web"), Map.of());
    all.put(Request.logs(20, "web").of("err"), Map.of());
    all.put(
        Request.start(
            new Apps(
                    List.of(App.of("web", "./server.js").with("instances", 2)),
                    Path.of("/srv/web"),
                    Optional.empty(),
                    Optional.empty())
                .env(Map.of("PATH", "/usr/bin:/bin"))),
        Map.of());
    all.put(Request.start("web"), Map.of());
    all.put(Request.stop("web", "#1"), Map.of());
    all.put(Request.restart("all"), Map.of());
    all.put(Request.reset("web"), Map.of());
    all.put(Request.reload("/^w/").parallel(2), Map.of());
    all.put(Request.scaleBy("web", 1), Map.of());
    all.put(Request.signal("SIGHUP", "web"), Map.of());
    all.put(Request.sendMessage(Map.of("do", "this"), "web"), Map.of());
    all.put(Request.writeInput("#1", "status"), Map.of());
    all.put(Request.trigger("gc", "web").parameter("now"), Map.of());
    all.put(Request.plan(WEB), Map.of("prune", false));
    all.put(Request.apply(WEB.from(Path.of("/srv/web/apps.json"))).pruning(), Map.of());
    all.put(Request.save(), Map.of());
    all.put(Request.resurrect(), Map.of());
    all.put(Request.delete("web"), Map.of());
    return all;
  }

  private static Map<?, ?> body(Request<?> request) {
    try {
      return JsonMembers.of(Json.parse(RequestBody.of(request))).all();
    } catch (Json.MalformedJsonException e) {
      throw new AssertionError(e);
    }
  }

  static Stream<Request<?>> everyRequest() {
    return requests().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("everyRequest")
  void requestEqualsTheExampleInTheDocumentation(Request<?> request) {
    Map<Object, Object> body = new LinkedHashMap<>(body(request));
    body.remove("key"); // differs for each request
    requests().getOrDefault(request, Map.of()).forEach(body::remove);
    assertThat(examples("→")).contains(body);
  }

  @Test
  void everyVerbHasARequest() {
    assertThat(everyRequest().map(request -> String.valueOf(body(request).get("verb"))).distinct())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(CommandVerb.values()).map(CommandVerb::keyword).toList());
  }

  @Test
  void everyReplyInTheDocumentationIsUnderstood() {
    List<Class<?>> kinds = new ArrayList<>();
    for (Map<?, ?> reply : examples("←")) {
      try {
        kinds.add(Response.of(JsonMembers.of(reply)).getClass());
      } catch (JpmException refused) {
        assertThat(refused.code()).isEqualTo(JpmException.Code.NOT_FOUND);
        assertThat(refused.problems()).containsExactly("no app matches \"wev\"");
      }
    }
    assertThat(kinds).containsExactlyInAnyOrder(Response.class.getPermittedSubclasses());
  }

  @Test
  void everyCodeOfTheDaemonIsKnown() {
    assertThat(Arrays.stream(CommandReply.Code.values()).map(CommandReply.Code::keyword))
        .allSatisfy(word -> assertThat(JpmException.Code.of(word).keyword()).isEqualTo(word));
  }

  @Test
  void eventsAndLinesAreUnderstoodAsTheDaemonWritesThem() throws Exception {
    EventMessage exit =
        new EventMessage(
            8, "exit", "web", 3, 0, "stopped", 2, "why", 9, OptionalInt.of(1), Optional.empty());
    Event event = Event.of(JsonMembers.of(Json.parse(exit.toJson().encode())));
    assertThat(event.app()).contains("web");
    assertThat(event.exitCode()).hasValue(1);
    assertThat(event.pid()).isEmpty();
    assertThat(event.json()).containsEntry("reason", "why");
    EventMessage stall = EventMessage.ofDaemon(9, "stall", 77, "late", 10);
    Event ofDaemon = Event.of(JsonMembers.of(Json.parse(stall.toJson().encode())));
    assertThat(ofDaemon.app()).isEmpty();
    assertThat(ofDaemon.id()).isEmpty();
    assertThat(ofDaemon.pid()).hasValue(77);
    LinesMessage lines =
        new LinesMessage(
            "web",
            5,
            1,
            List.of(new LinesMessage.Line(0, "out", Instant.ofEpochMilli(7), "x", false, true)));
    assertThat(LogBatch.of(JsonMembers.of(Json.parse(lines.toJson().encode()))))
        .isEqualTo(
            new LogBatch(
                "web",
                5,
                1,
                List.of(new LogBatch.Line(0, "out", Instant.ofEpochMilli(7), "x", false, true))));
  }
}
