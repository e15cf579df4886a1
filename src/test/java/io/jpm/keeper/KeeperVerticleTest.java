package io.jpm.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.daemon.KeeperCommand;
import io.jpm.keeper.KeeperContext.Duty;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.KeeperClient;
import io.jpm.os.KeeperInstruction;
import io.jpm.testing.Eventually;
import io.jpm.testing.LogLines;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class KeeperVerticleTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Path OUT = Path.of("/home/fifo/1.out");
  private static final Path ERR = Path.of("/home/fifo/1.err");
  private static final ProcessIdentity PROCESS = new ProcessIdentity("boot", 7, 70);

  @TempDir Path home;
  private final AtomicLong now = new AtomicLong();
  private final FakeKeeperClient link = new FakeKeeperClient();
  private Vertx vertx;

  /// A simulated connection to the keeper.
  private static final class FakeKeeperClient implements KeeperClient {
    final List<String> calls = new CopyOnWriteArrayList<>();
    volatile boolean exists;
    volatile boolean startFails;
    volatile Runnable lost = () -> {};

    @Override
    public boolean attach() {
      calls.add("reach");
      return exists;
    }

    @Override
    public void start() throws IOException {
      calls.add("start");
      if (startFails) {
        throw new IOException("there is no bash");
      }
    }

    @Override
    public void send(KeeperInstruction order) {
      calls.add(
          switch (order) {
            case KeeperInstruction.Hold(List<Path> fifos) -> "hold " + fifos;
            case KeeperInstruction.Drop(List<Path> fifos) -> "drop " + fifos;
            case KeeperInstruction.Guard() -> "guard";
            case KeeperInstruction.Rest() -> "rest";
            case KeeperInstruction.Quit() -> "quit";
          });
    }

    @Override
    public void storeProcess(ProcessIdentity process) {
      calls.add("remember " + process.pid());
    }

    @Override
    public void close() {
      calls.add("close");
    }
  }

  @BeforeEach
  void open() {
    vertx = Vertx.vertx();
    BusCodec.install(vertx);
  }

  @AfterEach
  void close() {
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(TestDeadline.scaledSeconds(LONG.toSeconds()), TimeUnit.SECONDS);
    } catch (Exception error) {
      throw new AssertionError(error);
    }
  }

  private KeeperVerticle deploy(Duty duty) {
    return deploy(duty, Optional.of(link));
  }

  private KeeperVerticle deploy(Duty duty, Optional<KeeperClient> links) {
    var verticle =
        new KeeperVerticle(
            new KeeperContext(
                lost -> {
                  link.lost = lost;
                  return links;
                },
                home.resolve("keeper.fifo"),
                duty,
                now::get));
    await(vertx.deployVerticle(verticle));
    return verticle;
  }

  private void leaveKeeper() throws IOException {
    Files.createFile(home.resolve("keeper.fifo"));
    link.exists = true;
  }

  private void send(KeeperCommand command) {
    vertx.eventBus().send(Addresses.KEEPER_COMMAND, command);
  }

  private void awaitCalls(String... calls) {
    Eventually.await(
        "the calls " + List.of(calls),
        LONG,
        () -> link.calls.equals(List.of(calls)),
        () -> link.calls);
  }

  @Test
  void keeperIsStartedWhenNeededAndReceivesTheCurrentState() {
    KeeperVerticle verticle = deploy(Duty.GUARD);
    assertThat(link.calls).isEmpty();
    send(new KeeperCommand.Hold(List.of(OUT, ERR)));
    String hold = "hold " + List.of(OUT, ERR);
    awaitCalls("start", hold);
    verticle.guard();
    awaitCalls("start", hold, "guard");
    send(new KeeperCommand.Remember(PROCESS));
    send(new KeeperCommand.Drop(List.of(OUT)));
    awaitCalls("start", hold, "guard", "remember 7", "drop " + List.of(OUT));
  }

  @Test
  void existingKeeperIsContactedDuringTheDeployment() throws Exception {
    leaveKeeper();
    KeeperVerticle verticle = deploy(Duty.GUARD);
    assertThat(link.calls).containsExactly("reach");
    verticle.guard();
    awaitCalls("reach", "guard");
  }

  @Test
  void newKeeperReceivesTheWholeState() {
    KeeperVerticle verticle = deploy(Duty.GUARD);
    verticle.guard();
    awaitCalls("start", "guard");
    send(new KeeperCommand.Hold(List.of(OUT, ERR)));
    send(new KeeperCommand.Drop(List.of(ERR)));
    Eventually.await("the keeper has received both commands", LONG, () -> link.calls.size() == 4);
    link.calls.clear();
    link.lost.run();
    awaitCalls("start", "hold " + List.of(OUT), "guard");
  }

  @Test
  void keeperThatDiesRepeatedlyIsRestartedAfterAPause() {
    KeeperVerticle verticle = deploy(Duty.GUARD);
    verticle.guard();
    awaitCalls("start", "guard");
    link.lost.run();
    awaitCalls("start", "guard", "start", "guard");
    try (var log = new LogLines("jpm.keeper")) {
      long begun = System.nanoTime();
      link.lost.run();
      awaitCalls("start", "guard", "start", "guard", "start", "guard");
      assertThat(System.nanoTime() - begun).isGreaterThan(Duration.ofMillis(900).toNanos());
      assertThat(log.all()).last().asString().contains("another one in 1 s");

      now.addAndGet(Duration.ofSeconds(11).toNanos());
      link.calls.clear();
      link.lost.run();
      awaitCalls("start", "guard");
      assertThat(log.all()).last().asString().contains("another one").doesNotContain(" in ");
    }
  }

  @Test
  void failedStartOfTheKeeperIsRetried() {
    link.startFails = true;
    KeeperVerticle verticle = deploy(Duty.GUARD);
    verticle.guard();
    Eventually.await("two failed starts", LONG, () -> link.calls.size() == 2);
    link.startFails = false;
    awaitCalls("start", "start", "start", "guard");
  }

  @Test
  void keeperOnlyHoldsDescriptorsUnderSystemd() throws Exception {
    leaveKeeper();
    KeeperVerticle verticle = deploy(Duty.HOLD);
    verticle.guard();
    send(new KeeperCommand.Hold(List.of(OUT)));
    awaitCalls("reach", "rest", "hold " + List.of(OUT));
  }

  @Test
  void disabledKeeperIsEndedAndNotStarted() throws Exception {
    leaveKeeper();
    KeeperVerticle verticle = deploy(Duty.NONE);
    assertThat(link.calls).containsExactly("reach", "quit", "close");
    verticle.guard();
    send(new KeeperCommand.Hold(List.of(OUT)));
    await(verticle.detach(new KeeperInstruction.Rest()));
    assertThat(link.calls).doesNotContain("start");
  }

  @Test
  void endOfTheKeeperAfterPartingIsIgnored() {
    KeeperVerticle verticle = deploy(Duty.GUARD);
    verticle.guard();
    awaitCalls("start", "guard");
    await(verticle.detach(new KeeperInstruction.Quit()));
    awaitCalls("start", "guard", "quit", "close");
    link.lost.run();
    await(vertx.close());
    assertThat(link.calls.stream().filter("start"::equals)).hasSize(1);
  }

  @Test
  void daemonThatFailsToStartSendsNoCommands() throws Exception {
    leaveKeeper();
    deploy(Duty.GUARD);
    await(vertx.close());
    assertThat(link.calls).containsExactly("reach", "close");
  }

  @Test
  void systemWithoutAKeeperIgnoresCommands() {
    KeeperVerticle verticle = deploy(Duty.GUARD, Optional.empty());
    verticle.guard();
    send(new KeeperCommand.Hold(List.of(OUT)));
    send(new KeeperCommand.Remember(PROCESS));
    await(verticle.detach(new KeeperInstruction.Rest()));
    assertThat(link.calls).isEmpty();
  }
}
