package io.jpm.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.command.RequestReader.Reading;
import io.jpm.wire.BridgeSchema;
import io.jpm.wire.CommandReply.Code;
import io.jpm.wire.CommandRequest;
import io.jpm.wire.CommandVerb;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RequestReaderTest {
  static List<CommandRequest> requests() {
    return Requests.on("web", "/ap/", "3");
  }

  @ParameterizedTest
  @MethodSource("requests")
  void requestsRoundTripAndConformToTheSchema(CommandRequest request) {
    JsonObject json = new JsonObject(request.toJson().encode());
    assertThat(RequestReader.read(json))
        .isEqualTo(new Reading.Understood(request, Optional.empty()));
    assertThat(BridgeSchema.accepts("request", json)).as(json.encode()).isTrue();
  }

  @Test
  void fewProblemsOfARequestWithManyUnknownKeysAreReported() {
    var json = new JsonObject().put("v", 1).put("verb", "list");
    for (int i = 0; i < 20_000; i++) {
      json.put("key" + i, 1);
    }
    assertThat(RequestReader.read(json))
        .isInstanceOfSatisfying(
            Reading.Refused.class,
            refused ->
                assertThat(refused.reply().problems())
                    .hasSize(21)
                    .last()
                    .isEqualTo("further keys were not checked"));
  }

  @Test
  void sampleRequestsCoverEveryTypeAndEveryVerb() {
    assertThat(requests().stream().map(CommandRequest::verb)).contains(CommandVerb.values());
    assertThat(requests().stream().<Class<?>>map(Object::getClass))
        .containsAll(leaves(CommandRequest.class).toList());
  }

  private static Stream<Class<?>> leaves(Class<?> type) {
    return type.isSealed()
        ? Arrays.stream(type.getPermittedSubclasses()).flatMap(RequestReaderTest::leaves)
        : Stream.of(type);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"v":1,"verb":"restrt"}                                 | verb: "restrt" is not a verb: use restart
          {"v":1,"verb":"stop"}                                   | targets: is missing: expected an array of 1 to 1000 non-empty strings
          {"v":1,"verb":"stop","target":["web"]}                  | target: not a key of stop: did you mean targets?
          {"v":1,"verb":"stop","targets":"web"}                   | targets: use an array of 1 to 1000 non-empty strings
          {"v":1,"verb":"stop","targets":[]}                      | targets: use an array of 1 to 1000 non-empty strings
          {"v":1,"verb":"stop","targets":["web",1]}               | targets: use an array of 1 to 1000 non-empty strings
          {"v":1,"verb":"ping","x":1}                             | x: not a key of ping: remove it
          {"v":1,"verb":"logs","targets":["web"],"lines":0}       | lines: use a whole number, 1 to 10000
          {"v":1,"verb":"logs","targets":["web"],"lines":1.5}     | lines: use a whole number, 1 to 10000
          {"v":1,"verb":"logs","targets":["web"],"stream":"in"}   | stream: use "out" or "err", or omit it for both
          {"v":1,"verb":"events","after":-1}                      | after: use a whole number, 0 or more
          {"v":1,"verb":"scale","target":"web"}                   | to: use either to (the new number of instances) or by (the difference)
          {"v":1,"verb":"scale","target":"web","to":1,"by":1}     | to: use either to (the new number of instances) or by (the difference)
          {"v":1,"verb":"signal","targets":["web"],"signal":"no"} | signal: use a signal, such as "SIGHUP" or 1
          {"v":1,"verb":"message","targets":["web"]}              | message: is missing: expected any value
          {"v":1,"verb":"type","target":"web","line":"a\\nb"}     | line: use a single-line string
          {"v":1,"verb":"start","apps":[{}]}                      | cwd: is missing: expected an absolute path
          {"v":1,"verb":"start","apps":[{}],"cwd":"."}            | cwd: use an absolute path
          {"v":1,"verb":"start","apps":[],"cwd":"/"}              | apps: use an array of objects, like the apps in a process file
          {"v":1,"verb":"start","app":{},"targets":["a"],"cwd":"/"} | targets: selects existing instances; remove this key if the request contains apps
          {"v":1,"verb":"apply","apps":[{}],"app":{},"cwd":"/"}   | apps: use either apps (an array of apps, as in a process file) or app (a single app)
          {"v":1,"verb":"apply","app":{},"cwd":"/","prune":true}  | prune: requires the path of the process file in the key file
          {"v":1,"verb":"start","app":{},"cwd":"/","env":{"A":1}} | env: use an object whose values are strings
          """)
  void problemNamesItsKey(String body, String problem) {
    assertThat(problems(body)).containsExactly(problem);
  }

  @Test
  void allProblemsAreReportedTogether() {
    assertThat(problems("{\"v\":1,\"verb\":\"logs\",\"targets\":1,\"lines\":\"x\",\"z\":0}"))
        .hasSize(3);
  }

  @Test
  void otherProtocolVersionIsRejectedWithCodeVersion() {
    for (String body :
        List.of("{\"v\":2,\"verb\":\"ping\"}", "{\"verb\":\"ping\"}", "{\"v\":\"1\"}")) {
      assertThat(RequestReader.read(new JsonObject(body)))
          .isInstanceOfSatisfying(
              Reading.Refused.class,
              refused -> assertThat(refused.reply().code()).isEqualTo(Code.VERSION));
    }
  }

  @Test
  void bodyThatIsNotAnObjectIsRejected() {
    for (@Nullable Object body : new @Nullable Object[] {null, "ping", 7, new JsonArray()}) {
      assertThat(RequestReader.read(body)).isInstanceOf(Reading.Refused.class);
    }
  }

  /// Replaces a value or a key of valid requests. The reader must answer every such request.
  @Test
  void readerNeverThrows() {
    var random = new SplittableRandom(7);
    @Nullable Object[] odd = {
      null,
      "",
      "x",
      "\0",
      "/",
      -1,
      1L << 40,
      1.5,
      true,
      new JsonArray(),
      new JsonArray().addNull(),
      new JsonObject(),
      new JsonObject().putNull("a"),
      new JsonArray().add(new JsonObject())
    };
    for (int i = 0; i < 20_000; i++) {
      List<CommandRequest> all = requests();
      JsonObject body = all.get(random.nextInt(all.size())).toJson();
      List<String> names = List.copyOf(body.fieldNames());
      String name = names.get(random.nextInt(names.size()));
      body.put(random.nextInt(5) == 0 ? name + "s" : name, odd[random.nextInt(odd.length)]);
      if (RequestReader.read(body) instanceof Reading.Refused refused) {
        assertThat(refused.reply().problems()).as(body.encode()).isNotEmpty();
      }
    }
  }

  private static List<String> problems(String body) {
    return switch (RequestReader.read(new JsonObject(body))) {
      case Reading.Refused refused -> refused.reply().problems();
      case Reading.Understood understood -> throw new AssertionError(understood);
    };
  }
}
