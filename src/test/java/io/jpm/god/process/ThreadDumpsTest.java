package io.jpm.god.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.logs.FlowControlAck;
import io.jpm.bus.logs.LineLease;
import io.jpm.model.AppName;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.jpm.wire.LinesMessage;
import io.jpm.wire.LinesMessage.Line;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ThreadDumpsTest {
  private static final Instant NOW = Instant.parse("2026-11-21T11:36:32.120Z");
  private static final AppName WEB = new AppName("web");
  private static final WorkerId WORKER = new WorkerId(new InstanceId(4), 7, 2);

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final List<LineLease> leases = new CopyOnWriteArrayList<>();
  private HostFixture fixture;
  private Path home;
  private ThreadDumps dumps;

  @BeforeEach
  void open(@TempDir Path dir) {
    BusCodec.install(vertx);
    home = dir;
    fixture = new HostFixture(new LinuxProcessHost(), dir);
    Promise<ThreadDumps> made = Promise.promise();
    context.runOnContext(
        _ -> made.complete(new ThreadDumps(vertx, fixture.host(), home, () -> NOW)));
    dumps = await(made.future());
    vertx
        .eventBus()
        .<LineLease>consumer(
            Addresses.LINE_LEASES,
            message -> {
              leases.add(message.body());
              message.reply(new FlowControlAck());
            });
  }

  @AfterEach
  void close() {
    fixture.close();
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.await(TestDeadline.scaledSeconds(60), TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      throw new AssertionError(late);
    }
  }

  private Future<Optional<String>> dump(ProcessIdentity process) {
    Promise<Optional<String>> done = Promise.promise();
    context.runOnContext(_ -> dumps.collect(process, WEB, WORKER).onComplete(done));
    return done.future();
  }

  private void publish(long incarnation, Stream<String> texts) {
    List<Line> lines =
        texts.map(text -> new Line(4, "out", NOW, text, false, false, incarnation)).toList();
    vertx
        .eventBus()
        .publish(Addresses.linesOf("web"), new LinesMessage("web", 1, 0, lines).toJson());
  }

  @Test
  void threadDumpOfAJvmIsWrittenToAFile() throws Exception {
    Path source = home.resolve("Waits.java");
    Files.writeString(
        source,
        """
        class Waits {
          public static void main(String[] a) throws Exception {
            System.out.println("ready");
            new java.util.concurrent.CountDownLatch(1).await();
          }
        }
        """);
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Spawned jvm = fixture.start(java, source.toString());
    jvm.awaitReady();
    Optional<String> file = Optional.empty();
    // On a busy machine a dump may take longer than allowed, so it is tried again.
    for (int tries = 0; file.isEmpty() && tries < 10; tries++) {
      Future<Optional<String>> dump = dump(jvm.child().identity());
      // Publish the lines as LogAggregator does.
      jvm.awaitOutput("JNI global refs");
      publish(6, Stream.of("Full thread dump of another process"));
      publish(7, HostFixture.read(jvm.out()).lines());
      file = await(dump);
    }
    assertThat(leases.getFirst()).isEqualTo(new LineLease(Addresses.GOD_LINES, Set.of("web")));
    assertThat(file).contains(home + "/dumps/web-4-20261121-113632.120.txt");
    assertThat(Files.readString(Path.of(file.orElseThrow())))
        .startsWith("Full thread dump")
        .contains("Waits.main")
        .contains("JNI global refs")
        .doesNotContain("another process", "ready");
    Eventually.await(
        "the line lease is given up",
        HostFixture.DEADLINE,
        () -> leases.getLast().apps().isEmpty());
    // A JVM that is killed leaves the attach socket in /tmp that it created for the dump.
    ProcessHandle process = ProcessHandle.of(jvm.child().identity().pid()).orElseThrow();
    assertThat(process.destroy()).isTrue();
    process.onExit().get(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS);
  }

  @Test
  void processThatIsNotAJvmIsNotAskedForADump() {
    Spawned app = fixture.start("obedient.sh");
    app.awaitReady();
    assertThat(await(dump(app.child().identity()))).isEmpty();
    assertThat(HostFixture.isAlive(app.pid())).isTrue();
  }

  @Test
  void onlyTheNewestDumpsAreKept() throws IOException {
    Path folder = home.resolve("dumps");
    for (int i = 0; i < DumpFolder.MOST + 5; i++) {
      int second = i;
      String kept =
          new DumpFolder(folder, () -> NOW.plusSeconds(second))
              .store(i % 2 == 0 ? WEB : new AppName("a"), new InstanceId(i), "text " + i);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(kept))))
          .isEqualTo("rw-------");
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(
              files.map(file -> Integer.parseInt(file.getFileName().toString().split("-", -1)[1])))
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(5, DumpFolder.MOST + 5).boxed().toList());
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
  }
}
