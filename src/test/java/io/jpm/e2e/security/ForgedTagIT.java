package io.jpm.e2e.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Users of apps under a root daemon start processes that pretend to belong to other apps: with a
/// process tag in the environment, with an rlimit tag, and with the output pipe of their own app.
@Needs(Need.ROOT)
class ForgedTagIT extends EndToEndTestBase {
  private static final int ATTACKER = 65534;
  private static final int VICTIM = 1;
  private static final Pattern SECRET = Pattern.compile("-[0-9a-f]{32}:");
  private static final String SLEEP = "sleep";
  private static final Path NODE = Path.of("/usr/bin/node");

  private final Map<String, Process> forgers = new LinkedHashMap<>();

  @AfterEach
  void endForgers() throws Exception {
    for (Process forger : forgers.values()) {
      forger.destroyForcibly().waitFor();
    }
  }

  private static String user(long pid) {
    return status(pid, "Uid:").split("\t", -1)[1];
  }

  private static String status(long pid, String line) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines.filter(one -> one.startsWith(line)).findFirst().orElse(line + "\t-1");
    } catch (IOException gone) {
      return line + "\t-1";
    }
  }

  private static String read(String file) {
    try {
      return new String(Files.readAllBytes(Path.of(file)), StandardCharsets.ISO_8859_1);
    } catch (IOException gone) {
      return "";
    }
  }

  private static String tag(int pid) {
    return Stream.of(read("/proc/" + pid + "/environ").split("\0", -1))
        .filter(variable -> variable.startsWith("JPM_TAG="))
        .map(variable -> variable.substring("JPM_TAG=".length()))
        .findFirst()
        .orElseThrow();
  }

  private static String secret(String tag) {
    assertThat(tag).containsPattern(SECRET);
    return tag.substring(tag.lastIndexOf('-') + 1, tag.lastIndexOf(':'));
  }

  /// Returns the tag as another user can guess it: everything but the secret.
  private static String guessedTag(String tag, long generation) {
    return SECRET.matcher(tag).replaceFirst(":").replaceFirst("[0-9]+$", Long.toString(generation));
  }

  /// Starts a process that leads a session, as a main process does.
  private Process startForged(
      String name, int user, String tag, Optional<Path> output, String... program)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups", "setsid"));
    command.addAll(List.of(program));
    var builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(Map.of("PATH", System.getenv("PATH"), "JPM_TAG", tag));
    // The variables of the victim, in case they are checked.
    builder
        .environment()
        .putAll(
            Map.of(
                "name",
                "victim",
                "pm_id",
                "0",
                "NODE_APP_INSTANCE",
                "0",
                "JPM_HOME",
                jpm.home().toString()));
    File out = output.map(Path::toFile).orElse(new File("/dev/null"));
    Process forger = builder.redirectOutput(out).redirectError(out).start();
    forgers.put(name, forger);
    Eventually.await(
        name + " runs as the other user",
        Jpm.LONG,
        () ->
            read("/proc/" + forger.pid() + "/comm").startsWith(SLEEP)
                && user(forger.pid()).equals(Integer.toString(user)));
    return forger;
  }

  private void assertForgersAreLeftAlone(String when) {
    forgers.forEach((name, forger) -> {
      assertThat(forger.isAlive()).as("%s is alive %s", name, when).isTrue();
      assertThat(status(forger.pid(), "State:")).as("%s %s", name, when).contains("sleeping");
      assertThat(sockets(forger.pid())).as("sockets of %s %s", name, when).isEmpty();
    });
  }

  private static List<String> sockets(long pid) {
    try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return files.map(ForgedTagIT::target).filter(it -> it.startsWith("socket:")).toList();
    } catch (IOException gone) {
      return List.of("gone");
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException gone) {
      return "";
    }
  }

  private static int freePort() throws IOException {
    return FreePort.find();
  }

  private void startApps() throws IOException {
    JsonObject victim =
        new JsonObject()
            .put("name", "victim")
            .put("script", "/bin/sleep")
            .put("cwd", "/")
            .put("args", "98765")
            .put("exec_interpreter", "none")
            .put("exec_mode", "cluster")
            .put("listen", new JsonArray().add("127.0.0.1:" + freePort()))
            .put("uid", VICTIM)
            .put("gid", VICTIM);
    JsonObject attacker =
        new JsonObject()
            .put("name", "attacker")
            .put("script", "/bin/sleep")
            .put("cwd", "/")
            .put("args", "98765")
            .put("exec_interpreter", "none")
            .put("uid", ATTACKER)
            .put("gid", ATTACKER);
    Path file = jpm.work().resolve("apps.json");
    Files.writeString(
        file,
        new JsonObject().put("apps", new JsonArray().add(victim).add(attacker)).encodePrettily());
    jpm.run("start", file.toString()).ok();
  }

  /// Copies a program and sets its set-user-ID bit. A user who runs such a program, like `su` until
  /// it asks for a password, has a root process with an environment of their own choice.
  private static Path copyAsSetUserId(Path folder) throws IOException {
    Path copy = folder.resolve(SLEEP);
    Files.copy(Path.of("/bin/sleep"), copy);
    Files.setAttribute(copy, "unix:mode", 0104755);
    for (Path above : List.of(folder, folder.getParent())) {
      Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwx--x--x"));
    }
    return copy;
  }

  private Path outputPipe(String tag) {
    String guessed = guessedTag(tag, 1);
    String life = guessed.substring(jpm.home().toString().length() + 1, guessed.lastIndexOf(':'));
    Path pipe = jpm.home().resolve("fifo").resolve(life + ".out");
    assertThat(pipe).exists();
    return pipe;
  }

  private void startAllForged(int victim, int attacker) throws IOException {
    String tag = tag(victim);
    String ofAttacker = tag(attacker);
    Optional<Path> attackersPipe = Optional.of(outputPipe(ofAttacker));
    Optional<Path> nothing = Optional.empty();
    startForged("guess", ATTACKER, guessedTag(tag, 999), nothing, SLEEP, "97531");
    startForged(
        "guess of its own app", ATTACKER, guessedTag(ofAttacker, 999), nothing, SLEEP, "97531");
    startForged("guess with a pipe", ATTACKER, guessedTag(tag, 999), attackersPipe, SLEEP, "97531");
    startForged(
        "leftover with a pipe", ATTACKER, guessedTag(tag, 0), attackersPipe, SLEEP, "97531");
    // A tag that includes the secret, in case it leaks.
    String next = tag.substring(0, tag.lastIndexOf(':')) + ":999";
    startForged("the secret", ATTACKER, next, attackersPipe, SLEEP, "97531");
    startForged("same user", VICTIM, guessedTag(tag, 999), nothing, SLEEP, "97531");
    String setUser = copyAsSetUserId(jpm.work()).toString();
    startForged("as root", ATTACKER, next, nothing, setUser, "97531");
    String mark =
        Stream.of(read("/proc/" + victim + "/limits").split("\n", -1))
            .filter(line -> line.startsWith("Max file locks"))
            .map(line -> line.split(" +", -1)[3])
            .findFirst()
            .orElseThrow();
    startForged(
        "mark", ATTACKER, "none", nothing, "prlimit", "--locks=" + mark + ":", SLEEP, "97531");
  }

  @Test
  void processWithAForgedTagIsNeitherAdoptedNorEnded() throws Exception {
    startApps();
    int victim = jpm.pid("victim");
    int attacker = jpm.pid("attacker");
    assertThat(user(victim)).isEqualTo(Integer.toString(VICTIM));
    startAllForged(victim, attacker);
    jpm.killDaemon();
    assertThat(jpm.pid("victim")).isEqualTo(victim);
    assertThat(jpm.pid("attacker")).isEqualTo(attacker);
    assertThat(jpm.list()).hasSize(2);
    assertThat(jpm.restarts("victim")).isZero();
    assertForgersAreLeftAlone("under the next daemon");

    jpm.run("restart", "victim").ok();
    int restarted = jpm.pid("victim");
    assertThat(restarted).isNotEqualTo(victim);
    assertThat(sockets(restarted)).as("listening sockets of the restarted process").isNotEmpty();
    assertForgersAreLeftAlone("after a restart");
    List<String> secrets = List.of(secret(tag(restarted)), secret(tag(attacker)));
    jpm.run("stop", "all").ok();
    assertForgersAreLeftAlone("after a stop");

    for (String[] command :
        List.of(
            new String[] {"jlist"},
            new String[] {"prettylist"},
            new String[] {"describe", "victim"},
            new String[] {"env", "0"})) {
      assertThat(jpm.run(command).ok().out()).doesNotContain(secrets);
    }
    jpm.run("kill").ok();
    assertForgersAreLeftAlone("after kill");
    assertThat(String.join("\n", jpm.daemonLog())).doesNotContain(secrets);
  }

  @Test
  @Tag("slow")
  void processWithAForgedTagIsNotReclaimedAfterALostJournal() throws Exception {
    startApps();
    int victim = jpm.pid("victim");
    int attacker = jpm.pid("attacker");
    startAllForged(victim, attacker);
    try (var _ = jpm.preventDaemonStart()) {
      jpm.killDaemon();
      try (Stream<Path> files = Files.list(jpm.home())) {
        for (Path file :
            files.filter(it -> it.getFileName().toString().startsWith("state")).toList()) {
          Files.delete(file);
        }
      }
    }
    assertThat(new JsonArray(jpm.run("jlist").out())).isEmpty();
    assertForgersAreLeftAlone("with a lost journal");
    jpm.run("start", jpm.work().resolve("apps.json").toString()).ok();
    assertThat(jpm.list()).hasSize(2);
    assertThat(jpm.pid("victim")).as("the real process is reclaimed").isEqualTo(victim);
    assertThat(jpm.pid("attacker")).isEqualTo(attacker);
    assertForgersAreLeftAlone("after a start");
    jpm.run("kill").ok();
    Eventually.await(
        "the real processes have ended",
        Jpm.LONG,
        () -> !Jpm.running(victim) && !Jpm.running(attacker));
    assertForgersAreLeftAlone("after kill");
  }

  private static final String SERVER =
      """
      require('http').createServer((_, answer) => answer.end('mine')).listen(+process.argv[2], '127.0.0.1');
      """;

  /// Claims repeatedly that it listens where another user's app does, in the message that a worker
  /// sends to a daemon that has adopted it.
  private static final String CLAIMANT =
      """
      const port = +process.argv[2];
      const server = {address: '127.0.0.1', port, key: `node *@${process.argv[3]} 127.0.0.1:${port}:4`};
      process.send('ready');
      setInterval(() => {
        process.send({cmd: 'NODE_JPM', act: 'servers', servers: [server], paths: [], unanswered: []});
        const fds = require('fs').readdirSync('/proc/self/fd').filter((fd) => {
          try {
            return require('fs').readlinkSync('/proc/self/fd/' + fd).startsWith('socket:');
          } catch { return false; }
        });
        console.log('sockets', fds.length);
      }, 50);
      """;

  private JsonObject nodeApp(String name, String text, int user, String args) throws IOException {
    Path script = Files.writeString(jpm.work().resolve(name + ".js"), text);
    for (Path at : List.of(jpm.work().getParent(), jpm.work())) {
      Files.setPosixFilePermissions(at, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return new JsonObject()
        .put("name", name)
        .put("script", script.toString())
        .put("interpreter", NODE.toString())
        .put("args", args)
        .put("cwd", "/")
        .put("exec_mode", "cluster")
        .put("uid", user)
        .put("gid", user);
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE_FOR_ALL)
  void falseClaimToListenGivesNoSocketOfAnotherUser() throws Exception {
    int port = freePort();
    JsonObject victim = nodeApp("victim", SERVER, VICTIM, Integer.toString(port));
    JsonObject attacker =
        nodeApp("attacker", CLAIMANT, ATTACKER, port + " " + ATTACKER).put("wait_ready", true);
    Path file = jpm.work().resolve("apps.json");
    Files.writeString(
        file, new JsonObject().put("apps", new JsonArray().add(victim).add(attacker)).encode());
    jpm.run("start", file.toString()).ok();
    int claimant = jpm.pid("attacker");
    List<String> own = sockets(claimant);
    assertHasOnlyItsOwnSockets(own, claimant, "under the daemon that has started it");

    jpm.killDaemon();
    assertThat(jpm.pid("attacker")).isEqualTo(claimant);
    assertHasOnlyItsOwnSockets(own, claimant, "under the next daemon");
    assertThat(jpm.run("describe", "attacker").ok().out())
        .doesNotContainPattern("listens on[^\n]*:" + port);
    assertThat(jpm.run("describe", "victim").ok().out()).contains(":" + port);
  }

  /// Checks that the claimant has no socket but its own after it has repeated its claim a few
  /// times.
  private void assertHasOnlyItsOwnSockets(List<String> own, int claimant, String when) {
    int before = claimCount();
    Eventually.await("the claim was repeated " + when, Jpm.LONG, () -> claimCount() > before + 20);
    assertThat(sockets(claimant)).as("sockets %s", when).isEqualTo(own);
  }

  private int claimCount() {
    return (int)
        jpm.run("logs", "attacker", "--nostream", "--raw", "--lines", "100000")
            .ok()
            .out()
            .lines()
            .filter(line -> line.startsWith("sockets"))
            .count();
  }
}
