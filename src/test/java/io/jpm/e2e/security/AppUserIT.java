package io.jpm.e2e.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.GitFixture;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The user of an app under a root daemon cannot access anything that does not belong to the app.
@Timeout(240)
@Needs(Need.ROOT)
class AppUserIT extends EndToEndTestBase {
  private static final int NOBODY = 65534;
  private static final Path SECRET = Path.of("/etc/shadow");

  private Path work;

  @BeforeEach
  void createWorkDirectory() throws IOException {
    work = jpm.work();
    Files.setPosixFilePermissions(work.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
    changeOwner(work);
    jpm.environment("SECRET_OF_ROOT", "do-not-tell");
  }

  private static void changeOwner(Path file) throws IOException {
    Files.setAttribute(file, "unix:uid", NOBODY, LinkOption.NOFOLLOW_LINKS);
  }

  private void writeProcessFile(String attributes) throws IOException {
    Files.writeString(
        work.resolve("apps.json"),
        "{\"apps\": [{\"name\": \"web\", \"script\": \"app.sh\", \"uid\": 65534%s}]}"
            .formatted(attributes));
  }

  private Path createEnvironmentDumpingApp() throws IOException {
    Path dumped = work.resolve("environment");
    jpm.script(
        "app.sh", "#!/bin/bash\ncp /proc/$$/environ new && mv new environment\nexec sleep 1000\n");
    return dumped;
  }

  private List<String> environment(Path dumped, int pid) {
    Eventually.await("the app has written its environment", Jpm.LONG, () -> Files.exists(dumped));
    try {
      assertThat(Files.getAttribute(Path.of("/proc/" + pid), "unix:uid")).isEqualTo(NOBODY);
      return List.of(Files.readString(dumped, StandardCharsets.UTF_8).split("\0"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shellVariablesOfTheCallerDoNotReachTheApp() throws IOException {
    Path dumped = createEnvironmentDumpingApp();
    writeProcessFile(", \"env\": {\"OWN\": \"yes\", \"TAKEN\": \"${SECRET_OF_ROOT}\"}");
    jpm.run("start", "apps.json").ok();

    assertThat(environment(dumped, jpm.pid("web")))
        .contains(
            "OWN=yes",
            "TAKEN=do-not-tell",
            "USER=nobody",
            "LOGNAME=nobody",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "PWD=" + work,
            "name=web",
            "JPM_HOME=" + jpm.home())
        .noneMatch(it -> it.startsWith("SECRET_OF_ROOT") || it.startsWith("E2E_MARK"))
        .doesNotContain("HOME=" + work.getParent());

    Files.delete(dumped);
    jpm.environment("LATER", "secret");
    jpm.run("restart", "web", "--update-env").ok();
    assertThat(environment(dumped, jpm.pid("web")))
        .contains("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .noneMatch(it -> it.startsWith("SECRET_OF_ROOT") || it.startsWith("LATER"));
  }

  @Test
  void filesOfTheAppAreReadAndItsCommandsRunAsItsUser() throws IOException {
    Path dumped = createEnvironmentDumpingApp();
    Path link = work.resolve("link");
    Files.writeString(link, "LINKED=1\n");
    writeProcessFile(
        ", \"env_file\": \"link\", \"secrets\":"
            + " {\"ID\": {\"command\": [\"sh\", \"-c\", \"id -u; env | grep SECRET_OF; true\"]},"
            + " \"FILE\": \"file:link\"}");
    jpm.run("start", "apps.json").ok();
    assertThat(environment(dumped, jpm.pid("web"))).contains("LINKED=1", "FILE=LINKED=1");
    jpm.run("stop", "web").ok();

    Files.delete(link);
    Files.createSymbolicLink(link, SECRET);
    assertThat(jpm.run("start", "web").out())
        .contains("env_file " + link + " cannot be read: permission denied for user nobody");
  }

  @Test
  @Needs(Need.NODE_FOR_ALL)
  void hooksOfTheWorkingCopyRunAsTheUserOfTheApp() throws Exception {
    jpm.script("app.sh", "#!/bin/sh\nexec sleep 1000\n");
    Files.writeString(
        work.resolve("process.json"),
        "{\"apps\":[{\"name\":\"web\",\"script\":\"app.sh\",\"uid\":65534,"
            + "\"post_update\":[\"id -u >updated; env >>updated\"]}]}");
    Files.setAttribute(work, "unix:uid", 0);
    GitFixture git = GitFixture.of(jpm);
    Files.setPosixFilePermissions(git.settings(), PosixFilePermissions.fromString("rw-r--r--"));
    Files.writeString(
        work.resolve("ecosystem.config.js"),
        "require('child_process').execSync('id -u >evaluated; env >>evaluated; echo ssh"
            + " $GIT_SSH_COMMAND >>evaluated');module.exports = {apps: [{name: 'web', script:"
            + " 'app.sh'}]};");
    String one = git.commit("one");
    git.commit("two");
    Path hook = work.resolve(".git/hooks/post-index-change");
    Files.writeString(
        hook,
        "#!/bin/sh\n(id -u; echo ssh $GIT_SSH_COMMAND) >>\"$(git rev-parse --git-dir)\"/hooked\n");
    Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (var files = Files.walk(work.getParent())) {
      // The directory above the home stays with root: its owner could put another home in place of
      // this one.
      for (Path file :
          files.filter(it -> !it.startsWith(jpm.home()) && !it.equals(work.getParent())).toList()) {
        changeOwner(file);
      }
    }
    jpm.run("start", "process.json").ok();
    jpm.environment("GIT_SSH_COMMAND", "sshpass -p SECRET_OF_ROOT ssh");
    assertThat(jpm.run("backward", "web").ok().out()).contains(one.substring(0, 7));

    assertThat(Files.readAllLines(work.resolve(".git/hooked")))
        .isNotEmpty()
        .containsOnly("65534", "ssh");
    assertThat(Files.readAllLines(work.resolve("evaluated")))
        .contains("65534", "USER=nobody")
        .noneMatch(it -> it.contains("SECRET_OF_ROOT"));
    assertThat(Files.readAllLines(work.resolve("updated")))
        .contains("65534", "USER=nobody")
        .noneMatch(it -> it.startsWith("SECRET_OF_ROOT"));
  }

  /// Tries for some seconds to stop, limit and kill each thread of the daemon. Prints how many
  /// attempts succeeded.
  private static final String ATTACK =
      """
      import os, resource, signal, sys, time
      daemon, end = sys.argv[1], time.monotonic() + 4
      had = 0
      while time.monotonic() < end:
        for tid in map(int, os.listdir("/proc/" + daemon + "/task")):
          for attempt in (lambda: os.kill(tid, signal.SIGSTOP),
                          lambda: resource.prlimit(tid, resource.RLIMIT_NOFILE, (3, 3)),
                          lambda: os.kill(tid, signal.SIGKILL)):
            try:
              attempt()
              had += 1
            except (PermissionError, ProcessLookupError):
              pass
      print(had)
      """;

  @Test
  @Tag("slow")
  @Needs(Need.PYTHON_FOR_ALL)
  void theUserCanNeitherStopNorLimitNorEndTheDaemon() throws Exception {
    jpm.script("app.sh", "#!/bin/sh\nexit 1\n");
    writeProcessFile(
        ", \"out_file\": \"out.log\", \"max_restarts\": 100000, \"restart_delay\": \"10ms\"");
    jpm.run("start", "apps.json");
    String daemon = Files.readString(jpm.home().resolve("jpm.pid")).strip();
    Jpm.Result attack =
        jpm.shell(
            List.of(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "/usr/bin/env",
                "python3",
                "-c",
                ATTACK,
                daemon),
            Map.of());

    assertThat(attack.ok().out()).isEqualTo("0\n");
    assertThat(jpm.restarts("web")).isPositive();
    assertThat(Files.readString(jpm.home().resolve("jpm.pid")).strip()).isEqualTo(daemon);
  }

  /// Exits while it is traced by another process of the user, which is in no process tree and does
  /// not fetch its exit status.
  private static final String TRACED =
      """
      import ctypes, os, resource, sys, time
      libc = ctypes.CDLL(None)
      libc.prctl(0x59616d61, ctypes.c_ulong(-1), 0, 0, 0)
      main = os.getpid()
      told, tell = os.pipe()
      if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
          resource.setrlimit(10, (-1, -1))
          os.set_inheritable(tell, True)
          os.execve("/usr/bin/python3", ["python3", sys.argv[1], str(main), str(tell)], {})
        os._exit(0)
      os.wait()
      os.read(told, 1)
      os._exit(3)
      """;

  private static final String TRACER =
      """
      import ctypes, os, sys, time
      if ctypes.CDLL(None).ptrace(0x4206, int(sys.argv[1]), None, None) == 0:
        open("tracing", "w").close()
      os.write(int(sys.argv[2]), b"x")
      os.closerange(0, 64)
      while not os.path.exists("over"):
        time.sleep(0.05)
      """;

  @Test
  @Tag("slow")
  @Needs(Need.PYTHON_FOR_ALL)
  void tracedMainProcessDoesNotDelayOtherApps() throws IOException {
    Files.writeString(work.resolve("traced.py"), TRACED);
    Path tracer = Files.writeString(work.resolve("tracer.py"), TRACER);
    jpm.script("app.sh", "#!/bin/sh\nexec sleep 1000\n");
    writeProcessFile(
        "}, {\"name\": \"traced\", \"uid\": 65534, \"restart\": \"never\", \"script\":"
            + " \"traced.py\", \"interpreter\": \"/usr/bin/python3\", \"args\": \""
            + tracer
            + "\"");
    jpm.run("start", "apps.json", "--no-wait").ok();
    Eventually.await(
        "the app is traced",
        Jpm.LONG,
        () -> Files.exists(work.resolve("tracing")),
        () -> jpm.run("logs", "--nostream").out());
    jpm.awaitStatus("traced", "stopped");
    assertThat(jpm.run("events", "traced").ok().out()).contains("exit 3");

    int web = jpm.pid("web");
    Jpm.kill(web);
    Eventually.await("web is restarted", Jpm.LONG, () -> jpm.restarts("web") == 1);
    Files.writeString(work.resolve("over"), "");
    long daemon = jpm.daemonPid();
    Eventually.await("the daemon has no zombie child", Jpm.LONG, () -> zombiesOf(daemon) == 0);
  }

  private static long zombiesOf(long parent) {
    return Stream.of(Objects.requireNonNull(Path.of("/proc").toFile().list()))
        .map(name -> text(Path.of("/proc", name, "stat")))
        .filter(stat -> stat.contains(") Z " + parent + " "))
        .count();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException gone) {
      return "";
    }
  }

  /// Requests ports that it may not use, as fast as it can, over the IPC channel of Node's cluster
  /// module.
  private static final String ASKING =
      """
      const asker = require('child_process').spawn('/usr/bin/python3', ['-c', `
      import os
      os.set_blocking(3, True)
      number = 0
      while True:
        texts = []
        for _ in range(500):
          number += 1
          texts.append(b'{"cmd":"NODE_CLUSTER","act":"queryServer","addressType":4,"seq":%d,"port":%d}\\\\n' % (number, 1 + number % 1000))
        text = b''.join(texts)
        while text:
          text = text[os.write(3, text):]
        if number % 10000 == 0:
          open('asked', 'a').write('x')
      `], {stdio: [0, 1, 2, 3]});
      asker.on('exit', () => process.exit(1));
      """;

  @Test
  @Tag("slow")
  @Needs({Need.NODE_FOR_ALL, Need.PYTHON_FOR_ALL})
  void floodOfPortRequestsDoesNotDelayOtherApps() throws Exception {
    Files.writeString(work.resolve("asking.js"), ASKING);
    jpm.script("app.sh", "#!/bin/sh\nexec sleep 1000\n");
    writeProcessFile(
        "}, {\"name\": \"asking\", \"uid\": 65534, \"script\": \"asking.js\", \"exec_mode\": \"cluster\","
            + " \"interpreter\": \"/usr/bin/node\"");
    jpm.run("start", "apps.json").ok();
    long daemon = jpm.daemonPid();
    Path asked = work.resolve("asked");
    awaitPortRequests(asked);
    jpm.run("restart", "web").ok();

    jpm.killDaemon();
    Files.deleteIfExists(asked);
    awaitPortRequests(asked);
    jpm.run("restart", "web").ok();
    assertThat(jpm.daemonPid()).isNotEqualTo(daemon);
    assertThat(jpm.restarts("asking")).isZero();
    assertThat(jpm.daemonLog().stream().filter(line -> line.contains("below 1024")))
        .hasSizeBetween(1, 200);
  }

  private void awaitPortRequests(Path file) {
    Eventually.await(
        "the app has requested 20,000 ports",
        Jpm.LONG,
        () -> file.toFile().length() >= 2,
        () -> jpm.run("logs", "asking", "--nostream").out());
  }

  /// Swaps the working directory and a symbolic link continuously with `renameat2(2)`.
  private static final String EXCHANGE =
      """
      import ctypes, os, time
      libc = ctypes.CDLL(None)
      arm = os.uname().machine == "aarch64"
      while not os.path.exists("over"):
        libc.syscall(276 if arm else 316, -100, b"in", -100, b"link", 2)
        time.sleep(0.0002)
      """;

  @Test
  @Tag("slow")
  @Needs(Need.PYTHON_FOR_ALL)
  void linkSwappedForTheWorkingDirectoryGivesNoAccess() throws Exception {
    Path closed = work.getParent().resolve("closed");
    Files.createDirectories(closed.resolve("inner"));
    Files.writeString(closed.resolve("inner/of-root"), "secret");
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    changeOwner(Files.createDirectory(work.resolve("in")));
    Files.createSymbolicLink(work.resolve("link"), closed.resolve("inner"));
    jpm.script("app.sh", "#!/bin/sh\nls; cat of-root 2>&1\nexec sleep 1000\n");
    writeProcessFile(", \"cwd\": \"in\"");
    Process exchange =
        new ProcessBuilder(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "/usr/bin/python3",
                "-c",
                EXCHANGE)
            .directory(work.toFile())
            .start();
    try {
      for (int i = 0; i < 20; i++) {
        jpm.run("start", "apps.json");
      }
    } finally {
      Files.writeString(work.resolve("over"), "");
      exchange.waitFor();
    }
    assertThat(jpm.run("logs", "web", "--nostream", "--raw", "--lines", "1000").ok().out())
        .contains("of-root") // cat reports that it does not exist
        .doesNotContain("Permission denied", "secret");
  }
}
