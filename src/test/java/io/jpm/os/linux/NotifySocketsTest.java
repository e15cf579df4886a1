package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.RunAs;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.WorkerId;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.NotifyAddress;
import io.jpm.os.NotifyRequest;
import io.jpm.os.NotifySocket;
import io.jpm.os.SpawnRequest;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Real programs that report their state over a notify socket.
@Timeout(120)
class NotifySocketsTest {
  private static final String PYTHON = "/usr/bin/python3";

  /// Defines `say(text)` for Python programs.
  private static final String SAY =
      """
      import os, signal, socket, sys, time
      address = os.environ["NOTIFY_SOCKET"]
      if address[0] == "@":
          address = "\\0" + address[1:]
      def say(text, s=socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)):
          s.sendto(text if isinstance(text, bytes) else text.encode(), address)
      """;

  private final List<String> received = new CopyOnWriteArrayList<>();
  private final List<NotifySocket> sockets = new ArrayList<>();
  private HostFixture fixture;

  @BeforeEach
  void open(@TempDir Path dir) {
    fixture = new HostFixture(new LinuxProcessHost(), dir);
  }

  @AfterEach
  void leavesNothingBehind() {
    sockets.forEach(NotifySocket::close);
    fixture.close();
  }

  private String address() {
    return address(RunAs.DAEMON);
  }

  private String address(RunAs runAs) {
    return NotifyAddress.of(fixture.dir(), new WorkerId(new InstanceId(0), 12, 1), runAs);
  }

  private NotifySocket listen(SpawnRequest request, String address) throws IOException {
    NotifySocket socket =
        fixture
            .host()
            .notifySockets()
            .orElseThrow()
            .open(new NotifyRequest(address, request.runAs()), received::addAll);
    sockets.add(socket);
    return socket;
  }

  private SpawnRequest program(String address, String... command) {
    String[] rest = Arrays.copyOfRange(command, 1, command.length);
    return fixture.withVariable(fixture.request(command[0], rest), NotifyAddress.VARIABLE, address);
  }

  private SpawnRequest python(String address, String program) {
    return program(address, PYTHON, "-c", SAY + program);
  }

  /// Opens the socket, starts the program and registers it.
  private Spawned run(SpawnRequest request, String address) throws IOException {
    NotifySocket socket = listen(request, address);
    Spawned spawned = fixture.start(request);
    socket.processStarted(spawned.child().identity());
    return spawned;
  }

  private void awaitHeard(String... texts) {
    Eventually.await(
        List.of(texts) + " is received",
        HostFixture.DEADLINE,
        () -> received.equals(List.of(texts)),
        () -> received);
  }

  @Test
  void messagesSentBeforeRegistrationAreReceived() throws IOException {
    SpawnRequest request =
        python(
            address(),
            "say('READY=1')\nsay('STATUS=ä')\nprint('said', flush=True)\nsignal.pause()");
    NotifySocket socket = listen(request, address());
    Spawned spawned = fixture.start(request);
    // The program has sent its messages before it is registered here.
    spawned.awaitOutput("said");
    assertThat(received).isEmpty();
    socket.processStarted(spawned.child().identity());
    awaitHeard("READY=1", "STATUS=ä");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(address()))))
        .isEqualTo("rw-------");
  }

  @Test
  void messagesOfTheWholeTreeAndOfExitedProcessesAreReceived() throws IOException {
    run(
        python(
            address(),
            """
            say("main")
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    time.sleep(0.2)
                    say("daemonised")
                    signal.pause()
                os._exit(0)
            os.wait()
            for i in range(3):
                if os.fork() == 0:
                    say("gone")
                    os._exit(0)
                os.wait()
            signal.pause()
            """),
        address());
    Eventually.await(
        "all messages are received",
        HostFixture.DEADLINE,
        () ->
            received.stream()
                .sorted()
                .toList()
                .equals(List.of("daemonised", "gone", "gone", "gone", "main")),
        () -> received);
  }

  @Test
  @Needs(Need.SYSTEMD)
  void messagesOfSystemdNotifyAreReceived() throws IOException {
    run(
        program(
            address(),
            "/bin/sh",
            "-c",
            "systemd-notify --ready --status='all fine' && echo done && sleep 100"),
        address());
    Eventually.await(
        "the barrier is received",
        HostFixture.DEADLINE,
        () -> received.contains("BARRIER=1"),
        () -> received);
    assertThat(received.getFirst()).contains("READY=1").contains("STATUS=all fine");
  }

  @Test
  void messagesOfOtherProcessesAreIgnored() throws IOException {
    SpawnRequest own = program(address(), "/bin/sh", "-c", "sleep 100");
    run(own, address());
    Spawned stranger =
        fixture.start(
            fixture.withTag(
                python(
                    address(),
                    """
                    for i in range(5):
                        say("READY=1")
                    print("said", flush=True)
                    signal.pause()
                    """),
                fixture.tag(99, 1)));
    stranger.awaitOutput("said");
    // Messages are read in order, so the other process's messages have been read when this one
    // arrives.
    fixture.startAgain(
        fixture.withTag(python(address(), "say('mine')\nsignal.pause()"), own.tag()));
    awaitHeard("mine");
  }

  @Test
  void floodOfInvalidMessagesDoesNotAffectOtherApps() throws IOException {
    String other = address() + "-other";
    Spawned flood =
        run(
            python(
                address(),
                """
                say(b"\\xff\\x00\\n=" * 700)
                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                s.setblocking(False)
                sent = 0
                end = time.monotonic() + 60
                print("begun", flush=True)
                while time.monotonic() < end:
                    try:
                        s.sendto(b"x" * 5000 if sent % 2 else b"STATUS=" + b"y" * 4000, address)
                        sent += 1
                    except BlockingIOError:
                        pass
                """),
            address());
    flood.awaitOutput("begun");
    Eventually.await(
        "some messages are received", HostFixture.DEADLINE, () -> received.size() > 100);
    assertThat(received).noneMatch(text -> text.startsWith("x"));
    List<String> quiet = new CopyOnWriteArrayList<>();
    SpawnRequest request =
        python(other, "while True:\n    say('WATCHDOG=1')\n    time.sleep(0.05)");
    try (NotifySocket socket =
        fixture
            .host()
            .notifySockets()
            .orElseThrow()
            .open(new NotifyRequest(other, RunAs.DAEMON), quiet::addAll)) {
      socket.processStarted(fixture.start(request).child().identity());
      Eventually.await(
          "messages of the other app are received", HostFixture.DEADLINE, () -> quiet.size() > 5);
    }
    assertThat(quiet).containsOnly("WATCHDOG=1");
  }

  @Test
  void nextDaemonReceivesAtTheSameAddress() throws IOException {
    Spawned app =
        run(
            python(
                address(),
                """
                while True:
                    try:
                        say("WATCHDOG=1")
                    except OSError as nobody:
                        print(nobody.errno, flush=True)
                    time.sleep(0.02)
                """),
            address());
    Eventually.await("a message is received", HostFixture.DEADLINE, () -> !received.isEmpty());
    // As after `kill -9`: the listener is gone, the address stays.
    Path away = fixture.dir().resolve("away");
    Files.move(Path.of(address()), away);
    sockets.getFirst().close();
    Files.move(away, Path.of(address()));
    app.awaitOutput("111"); // ECONNREFUSED
    received.clear();
    NotifySocket next =
        listen(fixture.withTag(program(address(), "/bin/true"), "no:1:1"), address());
    next.processStarted(app.child().identity());
    Eventually.await(
        "a message is received again", HostFixture.DEADLINE, () -> !received.isEmpty());
  }

  @Test
  @Needs(Need.ROOT)
  void messagesOfAnAppOfAnotherUserAreReceived() throws IOException {
    RunAs nobody =
        new RunAs(
            Optional.of("nobody"), Optional.empty(), OptionalInt.empty(), OptionalInt.empty());
    String address = address(nobody);
    assertThat(address).startsWith("/run/jpm/").endsWith("/0-12-1");
    // The user must be able to read its files, but not the home.
    SpawnRequest request =
        fixture.withRunAs(python(address, "say('READY=1')\nsignal.pause()"), nobody);
    Path folder = Path.of(address).resolveSibling("").normalize();
    Files.setPosixFilePermissions(fixture.dir(), PosixFilePermissions.fromString("rwxr-xr-x"));
    try {
      run(request, address);
      awaitHeard("READY=1");
      assertThat(Files.getOwner(Path.of(address)).getName()).isEqualTo("nobody");
    } finally {
      sockets.forEach(NotifySocket::close);
      Files.deleteIfExists(folder);
    }
  }

  @Test
  void longHomeUsesAnAbstractAddress() throws IOException {
    String address =
        NotifyAddress.of(
            Path.of("/" + "long/".repeat(30)),
            new WorkerId(new InstanceId(0), UUID.randomUUID().getMostSignificantBits(), 1),
            RunAs.DAEMON);
    assertThat(address).startsWith("@jpm/").hasSizeLessThan(108);
    run(python(address, "say('READY=1')\nsignal.pause()"), address);
    awaitHeard("READY=1");
  }

  @Test
  void onlyJvmsThatAllowItAreAskedForAThreadDump() throws IOException {
    Path source = fixture.dir().resolve("Waits.java");
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
    Spawned jvm =
        fixture.start("/bin/sh", "-c", java + " -Xint -XX:TieredStopAtLevel=1 " + source + "; :");
    Spawned unwilling = fixture.start("/bin/sh", "-c", "exec " + java + " -Xrs " + source);
    Spawned shell = fixture.start("obedient.sh");
    jvm.awaitReady();
    unwilling.awaitReady();
    shell.awaitReady();
    assertThat(fixture.host().requestThreadDump(shell.child().identity())).isFalse();
    assertThat(fixture.host().requestThreadDump(unwilling.child().identity())).isFalse();
    assertThat(fixture.host().requestThreadDump(jvm.child().identity())).isTrue();
    jvm.awaitOutput("JNI global refs");
    assertThat(HostFixture.read(jvm.out())).contains("Full thread dump").contains("Waits.main");
    assertThat(HostFixture.isAlive(unwilling.pid())).isTrue();
    assertThat(HostFixture.isAlive(shell.pid())).isTrue();
    assertThat(HostFixture.isAlive(jvm.pid())).isTrue();
  }
}
