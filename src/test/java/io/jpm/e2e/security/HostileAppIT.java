package io.jpm.e2e.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The user of an app attacks the root daemon and another app in every way that is possible.
/// `-Djpm.hostile.seconds` sets how long, by default 15 seconds.
@Tag("slow")
@Timeout(1200)
@Tag("alone")
@Needs({Need.ROOT, Need.PYTHON_FOR_ALL})
class HostileAppIT extends EndToEndTestBase {
  private static final String USER = "nobody";
  private static final String NEIGHBOURS_USER = "games";
  private static final Duration TIME = Duration.ofSeconds(Long.getLong("jpm.hostile.seconds", 15));

  /// Far more than the 100 to 220 MB that the daemon uses ordinarily.
  private static final long MAX_MEMORY_KB = 420_000;

  private static final String NEIGHBOUR =
      """
      import sys, time
      number = 0
      while True:
          number += 1
          print('line', number, flush=True)
          time.sleep(0.05)
      """;

  private final String secret = "s3cr3t-" + UUID.randomUUID();
  private Path place;

  @BeforeEach
  void open() throws IOException {
    place = Files.createTempDirectory("jpm-hostile");
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path app = Jpm.ROOT.resolve("src/test/resources/hostile/app.py");
    Files.copy(app, place.resolve("app.py"));
    Files.writeString(place.resolve("neighbour.py"), NEIGHBOUR);
    for (String folder : List.of("hostile", "hostile/watched", "neighbour")) {
      Files.createDirectories(place.resolve(folder));
    }
    Files.writeString(place.resolve("hostile/app.env"), "DECLARED=1\n");
    jpm.shell("chown -R %s '%s/hostile'".formatted(USER, place)).ok();
    jpm.shell("chown -R %s '%s/neighbour'".formatted(NEIGHBOURS_USER, place)).ok();
    jpm.environment("CALLER_SECRET", secret);
  }

  @AfterEach
  void clean() throws IOException {
    if (place != null && Files.exists(place)) {
      jpm.run("kill");
      try (Stream<Path> files = Files.walk(place)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }

  private JsonObject app(String name, String user) {
    return new JsonObject()
        .put("name", name)
        .put("interpreter", "/usr/bin/python3")
        .put("cwd", place.resolve(name).toString())
        .put("uid", user)
        .put("env", new JsonObject().put(Jpm.MARK, jpm.mark()));
  }

  private String write(String name, JsonObject app) throws IOException {
    Path file = place.resolve(name + ".json");
    Files.writeString(file, new JsonObject().put("apps", new JsonArray().add(app)).encode());
    return file.toString();
  }

  private long memory(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElse(0);
  }

  private List<Integer> neighboursLines() {
    return jpm.run("logs", "neighbour", "--lines", "1000000", "--nostream", "--raw")
        .ok()
        .out()
        .lines()
        .filter(line -> line.startsWith("line "))
        .map(line -> Integer.valueOf(line.substring(5)))
        .toList();
  }

  @Test
  void hostileAppAffectsNeitherTheDaemonNorOtherApps() throws Exception {
    JsonObject good =
        app("neighbour", NEIGHBOURS_USER).put("script", place.resolve("neighbour.py").toString());
    jpm.run("start", write("good", good)).ok();
    int neighbour = jpm.pid("neighbour");
    long daemon = jpm.daemonPid();
    Path work = place.resolve("hostile");
    JsonObject bad =
        app("hostile", USER)
            .put("script", place.resolve("app.py").toString())
            .put("env_file", work.resolve("app.env").toString())
            .put("watch", new JsonArray().add(work.resolve("watched").toString()))
            .put("ignore_watch", new JsonArray().add("**/many/**"))
            .put("watch_delay", 1000)
            .put("restart_delay", 100)
            .put("max_restarts", 1000)
            .put("pid_file", work.resolve("app.pid").toString())
            .put(
                "args",
                new JsonArray()
                    .add(work.toString())
                    .add(jpm.home().toString())
                    .add(Long.toString(daemon))
                    .add(Integer.toString(neighbour))
                    .add(Files.readString(jpm.home().resolve("bridge.port")).strip())
                    .add(secret));
    jpm.run("start", write("bad", bad), "--no-wait");
    Eventually.await(
        "the attacks have started",
        Jpm.LONG,
        () -> Files.exists(work.resolve("begun")),
        () -> jpm.run("logs", "hostile", "--nostream").out());

    Files.writeString(place.resolve("again.py"), "import time\ntime.sleep(1000)\n");
    JsonObject again =
        app("again", USER).put("cwd", "/").put("script", place.resolve("again.py").toString());
    jpm.run("start", write("again", again)).ok();

    Instant end = Instant.now().plus(TIME);
    long most = 0;
    while (Instant.now().isBefore(end)) {
      assertThat(jpm.run("ls").ok().out()).contains("neighbour");
      assertThat(jpm.run("restart", "again").ok().out()).contains("again");
      assertThat(jpm.daemonPid()).as("the daemon's pid").isEqualTo(daemon);
      most = Math.max(most, memory(daemon));
    }
    assertThat(Jpm.running(neighbour)).isTrue();
    assertThat(jpm.pid("neighbour")).isEqualTo(neighbour);
    assertThat(jpm.restarts("neighbour")).isZero();
    assertThat(most).as("resident kB of the daemon").isLessThan(MAX_MEMORY_KB);
    assertThat(jpm.list()).as("apps in the list, without forged ones").hasSize(3);

    jpm.killDaemon();
    assertThat(jpm.pid("neighbour")).as("pid after the adoption").isEqualTo(neighbour);
    assertThat(jpm.restarts("neighbour")).isZero();
    Files.writeString(work.resolve("over"), "");
    jpm.run("stop", "hostile", "again").ok();
    List<Integer> lines = neighboursLines();
    assertThat(lines).as("the lines of the neighbour").isEqualTo(numbersUpTo(lines.getLast()));
    assertThat(work.resolve("gained")).as(gained(work)).doesNotExist();
    assertThat(attacks(work)).as("each attack was made").hasSize(10).noneMatch(made -> made < 1);
  }

  private static List<Integer> numbersUpTo(int last) {
    return Stream.iterate(1, number -> number <= last, number -> number + 1).toList();
  }

  private static String gained(Path work) throws IOException {
    Path file = work.resolve("gained");
    return Files.exists(file) ? Set.copyOf(Files.readAllLines(file)).toString() : "";
  }

  private static List<Long> attacks(Path work) throws IOException {
    try (Stream<Path> files = Files.list(work)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("made-"))
          .map(HostileAppIT::count)
          .toList();
    }
  }

  private static long count(Path file) {
    try {
      String text = Files.readString(file).strip();
      return text.isEmpty() ? 1 : Long.parseLong(text);
    } catch (IOException gone) {
      throw new java.io.UncheckedIOException(gone);
    }
  }
}
