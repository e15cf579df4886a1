package io.jpm.os.linux.spawn;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.ReadOnlyPath;
import io.jpm.model.RunAs;
import io.jpm.model.Sandbox;
import io.jpm.model.Seccomp;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.SpawnRequest;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// System calls that a child with `seccomp: default` may make, as the kernel reports it.
@Timeout(120)
@Needs(Need.LIBSECCOMP)
class SystemCallFilterTest {
  /// Makes each call with arguments for which the kernel itself would return an error other than
  /// EPERM or, for root, would succeed.
  private static final String CALLS =
      """
      import ctypes, os, platform
      libc = ctypes.CDLL(None, use_errno=True)
      arm = platform.machine() == "aarch64"
      def call(name, x86, generic, *arguments):
          ctypes.set_errno(0)
          result = libc.syscall(generic if arm else x86, *map(ctypes.c_long, arguments))
          print(name, os.strerror(ctypes.get_errno()) if result == -1 else "done")
      call("unshare-mounts", 272, 97, 0x20000)
      call("unshare-user", 272, 97, 0x10000000)
      call("unshare-files", 272, 97, 0x400)
      call("clone-user", 56, 220, 0x10000011, 0, 0, 0, 0)
      call("clone3", 435, 435, 0, 0)
      call("ptrace", 101, 117, 0, 0, 0, 0)
      call("process_vm_readv", 310, 270, os.getpid(), 0, 0, 0, 0, 0)
      call("bpf", 321, 280, 0, 0, 0)
      call("io_uring_setup", 425, 425, 0, 0)
      call("perf_event_open", 298, 241, 0, 0, 0, 0, 0)
      call("keyctl", 250, 219, 0, -3, 0)
      call("mount", 165, 40, 0, 0, 0, 0, 0)
      call("open_tree_attr", 467, 467, -100, 0, 0, 0, 0)
      call("setns", 308, 268, -1, 0)
      call("sethostname", 170, 161, 0, 1000000)
      call("ioctl-sti", 16, 29, -1, 0x5412, 0)
      call("ioctl-sti-with-more", 16, 29, -1, 0x100005412, 0)
      call("ioctl-other", 16, 29, -1, 0x5413, 0)
      call("getpid", 39, 172)
      if os.fork() == 0:
          os._exit(0)
      print("forked", os.wait()[1])
      print("end", flush=True)
      """;

  private HostFixture fixture;
  private Path dir;

  @BeforeEach
  void open(@TempDir Path temporary) throws IOException {
    dir = temporary;
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxrwxrwx"));
    fixture = new HostFixture(new LinuxProcessHost(), dir);
  }

  @AfterEach
  void leavesNothingBehind() {
    fixture.close();
  }

  private static Sandbox filtered() {
    return new Sandbox(
        Optional.empty(), Optional.empty(), Seccomp.DEFAULT, false, List.<ReadOnlyPath>of());
  }

  private static RunAs runAs(String user, Sandbox sandbox) {
    return new RunAs(
        Optional.of(user).filter(it -> !it.isEmpty()),
        Optional.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        sandbox);
  }

  private Spawned start(RunAs runAs, String... command) {
    SpawnRequest request = fixture.withRunAs(fixture.request("obedient.sh"), runAs);
    List<String> argv = new ArrayList<>(List.of(command));
    return fixture.start(request.withProgram(Path.of(command[0]), argv));
  }

  private static List<String> status(int pid, String key) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines
          .filter(line -> line.startsWith(key + ":"))
          .map(line -> line.substring(key.length() + 1).strip())
          .toList();
    }
  }

  @ParameterizedTest
  @Needs(Need.PYTHON_FOR_ALL)
  @ValueSource(strings = {"", "nobody"})
  void administrativeSystemCallsAreNotPermitted(String user) {
    if (!user.isEmpty()) {
      Need.assume(Need.ROOT);
    }
    Spawned app = start(runAs(user, filtered()), "/usr/bin/python3", "-c", CALLS);
    app.awaitOutput("end\n");
    app.watcher().awaitExit();

    String refused = " Operation not permitted";
    assertThat(HostFixture.read(app.out()).lines())
        .containsExactly(
            "unshare-mounts" + refused,
            "unshare-user" + refused,
            "unshare-files done",
            "clone-user" + refused,
            "clone3 Function not implemented",
            "ptrace" + refused,
            "process_vm_readv" + refused,
            "bpf" + refused,
            "io_uring_setup" + refused,
            "perf_event_open" + refused,
            "keyctl" + refused,
            "mount" + refused,
            "open_tree_attr" + refused,
            "setns" + refused,
            "sethostname" + refused,
            "ioctl-sti" + refused,
            "ioctl-sti-with-more" + refused,
            "ioctl-other Bad file descriptor",
            "getpid done",
            "forked 0",
            "end");
  }

  @Test
  void onlyTheConfiguredAppIsFiltered() throws IOException {
    Spawned filtered = start(runAs("", filtered()), "/bin/sleep", "1000");
    Spawned other = start(RunAs.DAEMON, "/bin/sleep", "1000");

    assertThat(status(filtered.pid(), "Seccomp")).containsExactly("2");
    assertThat(status(filtered.pid(), "NoNewPrivs")).containsExactly("1");
    String own = status((int) ProcessHandle.current().pid(), "Seccomp").getFirst();
    assertThat(status(other.pid(), "Seccomp")).containsExactly(own);
    try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
      for (Path thread : threads.toList()) {
        assertThat(Files.readString(thread.resolve("status"))).contains("Seccomp:\t" + own);
      }
    }
  }

  @Test
  @Needs(Need.ROOT)
  void rootCanFilterWithoutNoNewPrivileges() throws IOException {
    Sandbox sandbox =
        new Sandbox(
            Optional.of(false), Optional.empty(), Seccomp.DEFAULT, false, List.<ReadOnlyPath>of());
    Spawned app = start(runAs("nobody", sandbox), "/bin/sleep", "1000");

    assertThat(status(app.pid(), "Seccomp")).containsExactly("2");
    assertThat(status(app.pid(), "NoNewPrivs")).containsExactly("0");
  }

  @Test
  @Needs({Need.ROOT, Need.MOUNT})
  void mountsAreMadeBeforeTheFilterForbidsThem() throws IOException {
    Path place = Files.createTempDirectory(Path.of("/opt"), "jpm-calls");
    try {
      Sandbox sandbox =
          new Sandbox(Optional.empty(), Optional.empty(), Seccomp.DEFAULT, true, List.of());
      SpawnRequest request =
          fixture
              .withRunAs(
                  fixture.withFolder(fixture.request("obedient.sh"), place), runAs("", sandbox))
              .withProgram(
                  Path.of("/bin/sh"),
                  List.of(
                      "sh",
                      "-c",
                      "ls -A /tmp; umount /tmp 2>/dev/null || echo kept; echo end; exec sleep 1000"));
      Spawned app = fixture.start(request);
      app.awaitOutput("end\n");

      assertThat(HostFixture.read(app.out())).isEqualTo("kept\nend\n");
    } finally {
      Files.delete(place);
    }
  }

  /// Threads, children, timers and sockets of languages for servers.
  @Test
  @Tag("slow")
  @Needs({Need.NODE, Need.PYTHON})
  void programsOfCommonLanguagesRunWithTheFilter() throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Path source =
        Files.writeString(
            dir.resolve("Server.java"),
            """
            import java.net.*;
            import java.net.http.*;
            void main() throws Exception {
              var server = com.sun.net.httpserver.HttpServer.create(
                  new InetSocketAddress("127.0.0.1", 0), 0);
              server.createContext("/", it -> { it.sendResponseHeaders(204, -1); it.close(); });
              server.start();
              int port = server.getAddress().getPort();
              var answer = HttpClient.newHttpClient().send(
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port)).build(),
                  HttpResponse.BodyHandlers.discarding());
              int child = new ProcessBuilder("true").start().waitFor();
              IO.println("java " + answer.statusCode() + " " + child);
              System.exit(0);
            }
            """);
    Path node =
        Files.writeString(
            dir.resolve("server.js"),
            """
            const { Worker } = require("worker_threads");
            const server = require("http").createServer((_, answer) => answer.end("x"));
            server.listen(0, "127.0.0.1", async () => {
              const answer = await fetch("http://127.0.0.1:" + server.address().port);
              const child = require("child_process").spawnSync("true").status;
              const file = require("fs").promises.readFile(__filename);
              new Worker("require('worker_threads').parentPort.postMessage(1)", { eval: true })
                .once("message", async (it) => {
                  console.log("node", answer.status, child, it, (await file).length > 0);
                  process.exit(0);
                });
            });
            """);
    List<Spawned> apps =
        List.of(
            start(runAs("", filtered()), java.toString(), source.toString()),
            start(runAs("", filtered()), Need.program("node").toString(), node.toString()),
            start(
                runAs("", filtered()),
                Need.program("python3").toString(),
                "-c",
                """
                import asyncio, subprocess, threading
                thread = threading.Thread(target=lambda: None)
                thread.start()
                thread.join()
                asyncio.run(asyncio.sleep(0.01))
                print("python", subprocess.run(["true"]).returncode, flush=True)
                """));
    apps.forEach(app -> app.watcher().awaitExit());

    assertThat(apps)
        .extracting(app -> HostFixture.read(app.out()))
        .containsExactly("java 204 0\n", "node 200 0 1 true\n", "python 0\n");
  }
}
