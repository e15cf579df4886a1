package io.jpm.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.client.Installation.Client;
import io.jpm.client.Installation.Result;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.Representatives;
import io.jpm.testing.TestDeadline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests the real `bin/jpm startup` with a `systemctl` that records its calls.
@Timeout(120)
class StartupTest {
  @TempDir Path directory;
  private Installation jpm;
  private Path prefix;
  private Path calls;
  private String userName;

  @BeforeEach
  void install() throws Exception {
    jpm = new Installation(directory, Client.BASH);
    prefix = directory.resolve("prefix");
    calls = directory.resolve("calls");
    Files.createFile(calls);
    tool("systemctl", "exit 0");
    tool("loginctl", "echo Linger=no");
    jpm.env.put("PATH", directory.resolve("tools") + ":/usr/local/bin:/usr/bin:/bin");
    jpm.env.put("JPM_UNIT_PREFIX", prefix.toString());
    userName = jpm.shell("id -un").out().strip();
  }

  private void tool(String name, String does) throws IOException {
    Installation.program(
        directory.resolve("tools").resolve(name),
        """
        #!/bin/sh
        [ "$1" = --version ] || printf '%%s\\n' "%s $*" >>'%s'
        %s
        """
            .formatted(name, calls, does));
  }

  private Path systemUnit() {
    return prefix.resolve("etc/systemd/system/jpm-" + userName + ".service");
  }

  private Path userUnit() {
    return Path.of(prefix + jpm.env.get("HOME") + "/.config/systemd/user/jpm.service");
  }

  @Test
  void writesShowsAndEnablesASystemUnit() throws Exception {
    Result result = jpm.run("startup", "--system");
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    String unit = Files.readString(systemUnit());
    assertThat(unit)
        .contains(
            "\nType=notify\n",
            "\nNotifyAccess=main\n",
            "\nKillMode=process\n",
            "\nRestart=on-failure\n",
            "\nRestartForceExitStatus=75\n",
            "\nWatchdogSec=30\n",
            "\nOOMPolicy=continue\n",
            "\nDelegate=yes\n",
            "\nUser=" + userName + "\n",
            "\nEnvironment=\"JPM_HOME=" + jpm.home + "\"\n",
            "\nEnvironment=\"PATH=" + jpm.env.get("PATH") + "\"\n",
            "\nExecStart=\"" + jpm.script() + "\" daemon\n",
            "\nWantedBy=multi-user.target\n");
    assertThat(result.out()).contains(unit, systemUnit().toString(), "jpm save is not needed");
    assertThat(calls)
        .hasContent("systemctl daemon-reload\nsystemctl enable jpm-" + userName + ".service\n");
    assertThat(jpm.home).as("no daemon is needed").doesNotExist();
  }

  @Test
  void userUnitExplainsLingering() throws Exception {
    Result result = jpm.run("startup", "--user");
    assertThat(result.code()).isZero();
    assertThat(Files.readString(userUnit()))
        .contains("\nWantedBy=default.target\n")
        .doesNotContain("\nUser=");
    assertThat(result.out()).contains("loginctl enable-linger " + userName);
    assertThat(Files.readString(calls)).contains("systemctl --user enable jpm.service\n");

    tool("loginctl", "echo Linger=yes");
    assertThat(jpm.run("startup", "--user").out()).doesNotContain("enable-linger");
  }

  @Test
  void aDryRunOnlyPrints() throws Exception {
    Result result = jpm.run("startup", "systemd", "--system", "--dry-run");
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("ExecStart=", systemUnit().toString());
    assertThat(prefix).doesNotExist();
    assertThat(calls).isEmptyFile();
  }

  @Test
  @Tag("slow")
  void secondStartupChangesNothing() throws Exception {
    jpm.run("startup", "--system");
    var before = Files.getLastModifiedTime(systemUnit());
    Result again = jpm.run("startup", "--system");
    assertThat(again.code()).isZero();
    assertThat(again.out()).contains("is up to date").doesNotContain("ExecStart=");
    assertThat(Files.getLastModifiedTime(systemUnit())).isEqualTo(before);
    assertThat(systemUnit().resolveSibling(systemUnit().getFileName() + ".bak")).doesNotExist();
  }

  @Test
  void changedUnitIsShownAsADiffAndBackedUp() throws Exception {
    jpm.run("startup", "--system");
    String mine = Files.readString(systemUnit()).replace("RestartSec=1", "RestartSec=99");
    Files.writeString(systemUnit(), mine);
    Result again = jpm.run("startup", "--system");
    assertThat(again.code()).isZero();
    assertThat(again.out()).contains("-RestartSec=99\n+RestartSec=1\n", ".bak");
    assertThat(systemUnit()).content().contains("RestartSec=1\n");
    assertThat(systemUnit().resolveSibling(systemUnit().getFileName() + ".bak")).hasContent(mine);
  }

  /// These words would be commands in a shell line, and specifiers, quotes and variables in a unit.
  @Test
  void hostileWordsAreEscaped() throws Exception {
    String hostile = "/tmp/a b/%n\"$HOME'\\;`touch x`$(touch x)";
    jpm.env.put("JPM_HOME", hostile);
    jpm.env.put("PATH", jpm.env.get("PATH") + ":/o\"dd %dir");
    assertThat(jpm.run("startup", "--system").code()).isZero();
    assertThat(Files.readString(systemUnit()))
        .contains(
            "Environment=\"JPM_HOME=/tmp/a b/%%n\\\"$HOME'\\\\;`touch x`$(touch x)\"\n",
            ":/o\\\"dd %%dir\"\n");
    Need.assume(Need.SYSTEMD);
    verify(systemUnit());
  }

  private static void verify(Path unit) throws Exception {
    Process verify =
        new ProcessBuilder("systemd-analyze", "verify", unit.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(verify.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(verify.waitFor(TestDeadline.scaledSeconds(60), TimeUnit.SECONDS)).isTrue();
    Need.assume(
        !said.contains("Failed to initialize manager"), "the right to start a manager of systemd");
    assertThat(said.lines().filter(line -> line.contains(unit.getFileName().toString()))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--system|-u|a;reboot|not the name of a user",
        "--system|-u|../root|not the name of a user",
        "--system|-u|nobody-has-this-name|there is no such user",
        "--user|-u|nobody|only root can do this",
        "--system|--service-name|../x|only letters",
        "--system|--service-name|-x|only letters",
        "--system|--service-name|a b|only letters",
        "--system|--hp|relative|must be an absolute path",
        "--system|--hp||a value is missing",
        "--system|--wat|x|there is no option --wat",
        "--system|systemd|debian|use only one platform",
        "--system|upstart|--dry-run|only systemd is",
      })
  void invalidArgumentsAreRefusedInOneLine(
      String first, String second, String third, String sentence) throws Exception {
    Result result =
        third == null
            ? jpm.run("startup", first, second)
            : jpm.run("startup", first, second, third);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).startsWith("jpm: ").contains(sentence).hasLineCount(1);
    assertThat(prefix).doesNotExist();
    assertThat(calls).isEmptyFile();
  }

  @Test
  void homeWithAControlCharacterIsRefused() throws Exception {
    jpm.env.put("JPM_HOME", "/tmp/x\nExecStartPre=/bin/touch /tmp/y");
    Result result = jpm.run("startup", "--system");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("control character").hasLineCount(1);
    assertThat(prefix).doesNotExist();
  }

  @Test
  void unitForAnotherUserHasTheirHome() throws Exception {
    assertThat(jpm.run("startup", "--system", "-u", "nobody", "--hp", "/srv/nobody").code())
        .isZero();
    assertThat(prefix.resolve("etc/systemd/system/jpm-nobody.service"))
        .content()
        .contains(
            "\nUser=nobody\n",
            "\nEnvironment=\"JPM_HOME=/srv/nobody/.jpm\"\n",
            "\nEnvironment=\"HOME=/srv/nobody\"\n");
  }

  /// Each exposure that systemd reports for the unit has its reason in the documentation.
  @Test
  @Needs(Need.SYSTEMD)
  void eachOpenDirectiveOfTheUnitHasADocumentedReason() throws Exception {
    assertThat(jpm.run("startup", "--system").code()).isZero();
    Result security =
        jpm.shell(
            "SYSTEMD_COLORS=0 SYSTEMD_PAGER= systemd-analyze security --offline=true '%s'"
                .formatted(systemUnit()));
    String table =
        new String(security.out().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    Need.assume(table.contains("Overall exposure level"), "a systemd that judges units offline");
    String reasons = Files.readString(Path.of("docs/security-of-the-unit.md"));
    reasons = reasons.substring(reasons.indexOf("## Open directives"));
    List<String> open =
        table
            .lines()
            .filter(line -> line.startsWith("\u2717 "))
            .map(line -> line.substring(2, line.indexOf('=') + 1))
            .distinct()
            .toList();
    assertThat(open).hasSizeGreaterThan(20);
    for (String directive : open) {
      assertThat(reasons).contains("`" + directive);
    }
  }

  private boolean hasOwnGroup() throws IOException {
    return !isRoot() && Files.getAttribute(directory, "posix:group").toString().equals(userName);
  }

  private static boolean isRoot() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
  }

  /// A user who can change one of these files or directories can run programs as root after a boot.
  @ParameterizedTest
  @Representatives(3)
  @ValueSource(
      strings = {
        ".",
        "bin",
        "bin/jpm",
        "bin/jpm-launcher",
        "lib",
        "lib/jpm.jar",
        "lib/agent",
        "lib/agent/jpm-agent.jar",
        "conf/jpm.json"
      })
  void anInstallationThatOthersCanChangeIsRefused(String name) throws Exception {
    Path root = jpm.root.toRealPath();
    for (String one : List.of("lib/jpm.jar", "lib/agent/jpm-agent.jar", "conf/jpm.json")) {
      Files.createDirectories(root.resolve(one).getParent());
      Files.createFile(root.resolve(one));
    }
    Path target = root.resolve(name).normalize();
    Object mode = Files.getAttribute(target, "unix:mode");
    // A group that belongs to the user alone, as some systems create for each user, may write.
    for (int bit : hasOwnGroup() ? new int[] {0002} : new int[] {0002, 0020}) {
      Files.setAttribute(target, "unix:mode", (Integer) mode | bit);
      assertRefused(target + " is writable by other users", "run chmod go-w ");
    }
    Files.setAttribute(target, "unix:mode", mode);
    if (isRoot()) {
      Files.setAttribute(target, "unix:uid", 12345);
      assertRefused(target + " belongs to uid 12345");
      assertThat(jpm.run("startup", "-u", "root", "--dry-run").code()).isEqualTo(1);
      Files.setAttribute(target, "unix:uid", 0);
    }
    assertThat(jpm.run("startup", "--system").code()).isZero();
    Need.assume(Need.ROOT); // a part of the test needs root
  }

  @Test
  void aJavaThatOthersCanChangeIsRefused() throws Exception {
    Path java = directory.toRealPath().resolve("a jdk");
    Installation.program(java.resolve("bin/java"), "#!/bin/sh\n");
    Files.writeString(java.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
    Path modules = Files.createDirectories(java.resolve("lib")).resolve("modules");
    Files.createFile(modules);
    Files.createSymbolicLink(java.resolve("lib/nowhere"), Path.of("not/there"));
    jpm.env.put("JPM_JAVA", java.toString());
    for (Path target : List.of(java, java.resolve("bin/java"), modules)) {
      Object mode = Files.getAttribute(target, "unix:mode");
      Files.setAttribute(target, "unix:mode", (Integer) mode | 0002);
      assertRefused(target + " is writable by other users");
      Files.setAttribute(target, "unix:mode", mode);
    }
    assertThat(jpm.run("startup", "--system").code()).isZero();
  }

  private void assertRefused(String... words) throws Exception {
    Result result = jpm.run("startup", "--system");
    assertThat(result.code()).as(result.out()).isEqualTo(1);
    assertThat(result.err()).startsWith("jpm: ").contains(words).hasLineCount(1);
    assertThat(prefix).doesNotExist();
    assertThat(calls).isEmptyFile();
  }

  @Test
  @Needs(Need.ROOT)
  void directoriesOfOthersAreLeftOutOfThePathOfRoot() throws Exception {
    Path open = Files.createDirectories(directory.resolve("open"));
    Files.setAttribute(open, "unix:mode", 0777);
    Path theirs = Files.createDirectories(directory.resolve("theirs"));
    Files.setAttribute(theirs, "unix:uid", 12345);
    String path = jpm.env.get("PATH");
    jpm.env.put("PATH", open + ":" + path + "::relative:" + theirs);
    Result result = jpm.run("startup", "--system");
    assertThat(result.code()).isZero();
    assertThat(result.err())
        .contains("leaves " + open + " out", "leaves " + theirs + " out", "leaves relative out");
    assertThat(systemUnit()).content().contains("\nEnvironment=\"PATH=" + path + "\"\n");
    assertThat(jpm.run("startup", "-u", "nobody", "--hp", "/srv/nobody").code()).isZero();
    assertThat(prefix.resolve("etc/systemd/system/jpm-nobody.service"))
        .content()
        .contains("PATH=" + open + ":");
  }

  @Test
  @Needs(Need.ROOT)
  void startupUnderSudoIsForTheCallingUser() throws Exception {
    jpm.env.put("SUDO_USER", "nobody");
    String home = jpm.env.remove("JPM_HOME");
    Path theirs = prefix.resolve("etc/systemd/system/jpm-nobody.service");
    Result result = jpm.run("startup");
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains("for nobody, the caller of sudo", "jpm startup -u root");
    String itsHome = jpm.shell("getent passwd nobody | cut -d: -f6").out().strip();
    assertThat(theirs)
        .content()
        .contains("\nUser=nobody\n", "\nEnvironment=\"JPM_HOME=" + itsHome + "/.jpm\"\n");
    jpm.env.put("JPM_HOME", home);
    assertThat(jpm.run("startup").code()).isZero();
    assertThat(theirs).content().contains("\nEnvironment=\"JPM_HOME=" + home + "\"\n");
    assertThat(jpm.run("startup", "-u", "root").code()).isZero();
    assertThat(systemUnit()).content().contains("\nUser=root\n");
    assertThat(jpm.run("unstartup").out()).contains(theirs + " is removed");
    assertThat(jpm.run("unstartup").out()).contains("jpm unstartup -u root");
    assertThat(jpm.run("unstartup", "-u", "root").out()).contains(systemUnit() + " is removed");
    jpm.env.put("SUDO_USER", "a b;reboot");
    assertThat(jpm.run("startup").err()).contains("not the name of a user").hasLineCount(1);
  }

  @ParameterizedTest
  @Representatives({1, 2})
  @CsvSource({"252 (252.38-1~deb12u1), false", "254, true", "257.1-5, false", "260 (260.1), true"})
  void daemonHasASubgroupIfSystemdSupportsIt(String version, boolean known) throws Exception {
    tool("systemctl", "[ \"$1\" != --version ] || echo 'systemd " + version + "'");
    assertThat(jpm.run("startup", "--system").code()).isZero();
    String unit = Files.readString(systemUnit());
    assertThat(unit.contains("\nDelegate=yes\nDelegateSubgroup=daemon\n")).isEqualTo(known);
    assertThat(unit.contains("DelegateSubgroup")).isEqualTo(known);
  }

  @Test
  void failureOfSystemctlIsReported() throws Exception {
    tool("systemctl", "echo 'Failed to connect to bus'; exit 1");
    Result result = jpm.run("startup", "--system");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo("jpm: systemctl daemon-reload failed: Failed to connect to bus\n");
    assertThat(systemUnit()).doesNotExist();
  }

  @Test
  void failureOfSystemctlKeepsThePreviousUnit() throws Exception {
    assertThat(jpm.run("startup", "--system").code()).isZero();
    String before = Files.readString(systemUnit());
    tool("systemctl", "echo 'Failed to connect to bus'; exit 1");
    assertThat(jpm.run("startup", "--system", "--wait-ip").code()).isEqualTo(1);
    assertThat(systemUnit()).hasContent(before);
  }

  @Test
  void manualInstructionsArePrintedWithoutSystemd() throws Exception {
    Files.delete(directory.resolve("tools/systemctl"));
    for (String name :
        List.of("bash", "readlink", "id", "env", "cat", "grep", "mkdir", "ls", "sleep")) {
      Files.createSymbolicLink(
          directory.resolve("tools").resolve(name),
          Path.of(jpm.shell("type -P " + name).out().strip()));
    }
    jpm.env.put("PATH", directory.resolve("tools").toString());
    Result result = jpm.run("startup");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .contains("this system has no systemctl", "/bin/jpm daemon", "resurrect")
        .hasLineCount(1);
  }

  @Test
  void unstartupRemovesWhatStartupWrote() throws Exception {
    assertThat(jpm.run("unstartup", "--system").out()).contains("nothing is started at boot");
    assertThat(calls).isEmptyFile();
    jpm.run("startup", "--system");
    Files.writeString(calls, "");
    assertThat(jpm.run("unstartup", "--system").code()).isZero();
    assertThat(systemUnit()).doesNotExist();
    assertThat(calls)
        .hasContent("systemctl disable jpm-" + userName + ".service\nsystemctl daemon-reload\n");
  }

  @Test
  void unstartupKeepsAUnitThatStartupDidNotWrite() throws Exception {
    Files.createDirectories(systemUnit().getParent());
    Files.writeString(systemUnit(), "[Service]\nExecStart=/bin/true\n");
    Result result = jpm.run("unstartup", "--system");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("was not written by jpm startup").hasLineCount(1);
    assertThat(systemUnit()).exists();
    assertThat(calls).isEmptyFile();
  }

  @Test
  void ordinaryStopDoesNotAffectApps() throws Exception {
    Files.createDirectories(jpm.home);
    Files.writeString(jpm.home.resolve("state.json"), "{}");
    tool("systemctl", "echo running");
    jpm.env.put("JPM_INTERNAL", "shutdown");
    assertThat(jpm.run()).isEqualTo(new Result(0, "", ""));
    assertThat(jpm.home.resolve("state.json.boot")).doesNotExist();
    assertThat(calls).hasContent("systemctl is-system-running\n");
  }
}
