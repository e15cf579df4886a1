package io.jpm.e2e.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.GitFixture;
import io.jpm.e2e.Jpm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `jpm deploy` with a fake ssh whose hosts are local directories.
@Timeout(300)
class DeployIT extends EndToEndTestBase {
  /// Runs the command in the directory that has the name of the host, which is also HOME there.
  private static final String SSH =
      """
      #!/bin/bash
      printf '%s\\n' "${@:1:$#-1}" >>"$MACHINES/ssh"
      for machine; do [[ $machine != *@* ]] || break; done
      export HOME=$MACHINES/${machine#*@}
      cd "$HOME" || exit 255
      exec sh -c "${!#}"
      """;

  private static final String FILE =
      """
      {"apps": [{"name": "web", "script": "app.sh"}],
       "deploy": {
         "live": {
           "host": ["one", "two"], "user": "me", "port": 2222, "key": "~/key",
           "ssh_options": ["StrictHostKeyChecking=no"], "forward-agent": true,
           "repo": "REPO", "ref": "origin/main", "path": "~/it's $(touch pwned)",
           "env": {"A": "x'y $(touch pwned)"},
           "pre-setup": "echo before >>order",
           "post-setup": "echo setup $PWD",
           "pre-deploy-local": "echo here >>LOCAL",
           "pre-deploy": "echo pre >>\\"$SHARED/order\\"",
           "post-deploy": "echo \\"A is $A\\"\\ngit log -1 --format=%s >>\\"$SHARED/order\\""
         },
         "plain": {"host": "localhost", "repo": "REPO", "ref": "main", "path": "PLAIN"},
         "wrong": {"host": "-oProxyCommand=touch", "repo": "r", "ref": "main", "path": "/x"}
       }}
      """;

  private GitFixture git;
  private Path machines;
  private Path local;

  @BeforeEach
  void open() throws Exception {
    git = GitFixture.of(jpm);
    machines = git.repository().resolveSibling("machines");
    local = git.repository().resolveSibling("local");
    Files.createDirectories(machines.resolve("one"));
    Files.createDirectories(machines.resolve("two"));
    Path bin = Files.createDirectories(git.repository().resolveSibling("bin"));
    writeProgram(bin.resolve("ssh"), SSH);
    // Stands in for the jpm that a deployment without commands of its own runs.
    writeProgram(bin.resolve("jpm"), "#!/bin/sh\necho \"jpm $*\"\n");
    jpm.environment("MACHINES", machines.toString());
    jpm.environment("PATH", bin + ":" + System.getenv("PATH"));
    jpm.script("app.sh", "#!/bin/sh\nexec sleep 1000\n");
    Files.writeString(
        jpm.work().resolve("ecosystem.json"),
        FILE.replace("REPO", git.repository().toString())
            .replace("LOCAL", local.toString())
            .replace("PLAIN", machines.resolve("plain").toString()));
  }

  private static void writeProgram(Path file, String text) throws Exception {
    Files.writeString(file, text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Path deployPath(String machine) {
    return machines.resolve(machine).resolve("it's $(touch pwned)");
  }

  private String deployed(String machine) throws Exception {
    return git.run(deployPath(machine).resolve("current"), "rev-parse", "HEAD");
  }

  @Test
  void deploymentUpdatesAllHostsAndCanBeReverted() throws Exception {
    String one = git.commit("first");
    assertThat(jpm.run("deploy", "live").failed().err())
        .contains("is not set up: jpm deploy live setup");
    assertThat(jpm.run("deploy", "live", "setup").ok().out())
        .contains("[jpm] one:", "[jpm] two:", "setup " + deployPath("two").resolve("current"));
    assertThat(deployPath("one").resolve("shared/logs")).isDirectory();
    assertThat(deployPath("one").resolve("shared/pids")).isDirectory();
    assertThat(Files.readSymbolicLink(deployPath("one").resolve("current")))
        .isEqualTo(deployPath("one").resolve("source"));
    assertThat(machines.resolve("two/order")).hasContent("before");
    assertThat(jpm.run("deploy", "live", "setup").failed().err()).contains("already exists");

    assertThat(jpm.run("deploy", "live").ok().out()).contains("A is x'y $(touch pwned)");
    String two = git.commit("second");
    jpm.run("deploy", "ecosystem.json", "live", "update").ok();
    assertThat(deployed("one")).isEqualTo(two);
    assertThat(deployed("two")).isEqualTo(two);
    assertThat(deployPath("two").resolve("shared/order")).hasContent("pre\nfirst\npre\nsecond");
    assertThat(Files.readAllLines(local)).hasSize(4);

    assertThat(jpm.run("deploy", "live", "prev", "-s").ok().out())
        .isEqualTo((one + "\n").repeat(2));
    assertThat(two)
        .startsWith(jpm.run("deploy", "live", "curr", "-s").ok().out().lines().toList().getFirst());
    assertThat(jpm.run("deploy", "live", "list", "-s").ok().out())
        .isEqualTo("0\t%s\n1\t%s\n".formatted(two, one).repeat(2));
    jpm.run("deploy", "live", "revert", "1").ok();
    assertThat(deployed("two")).isEqualTo(one);
    assertThat(deployPath("one").resolve(".deploys")).hasContent(String.join("\n", one, two, one));
    jpm.run("deploy", "live", "ref", two).ok();
    assertThat(deployed("one")).isEqualTo(two);
    assertThat(jpm.run("deploy", "live", "revert", "9").failed().err())
        .contains("there were only 4 deployments");

    assertThat(jpm.run("deploy", "live", "-s", "exec", "ls", "-d", "app.sh; echo $A").ok().out())
        .isEqualTo("app.sh\nx'y $(touch pwned)\n".repeat(2));
    assertThat(jpm.run("deploy", "live", "exec", "exit 7").code()).isEqualTo(7);
    assertThat(Files.readAllLines(machines.resolve("ssh")))
        .containsSequence(
            "-i", jpm.work().getParent() + "/key", "-p", "2222", "-o", "StrictHostKeyChecking=no")
        .contains("-A", "me@one", "me@two");
    try (Stream<Path> all = Files.walk(jpm.work().getParent())) {
      assertThat(all.filter(file -> file.endsWith("pwned"))).as("files made by values").isEmpty();
    }
  }

  @Test
  @Tag("slow")
  void localhostIsDeployedWithoutSshAndWithTheDefaultCommand() throws Exception {
    git.commit("first");
    jpm.run("deploy", "plain", "setup").ok();
    assertThat(jpm.run("deploy", "plain").ok().out())
        .contains("jpm startOrRestart ecosystem.json --env plain");
    assertThat(machines.resolve("ssh")).doesNotExist();
  }

  @Test
  @Tag("slow")
  void unpushedChangesAreNotDeployed() throws Exception {
    git.commit("first");
    jpm.run("deploy", "plain", "setup").ok();
    Files.writeString(jpm.work().resolve("app.sh"), "");
    assertThat(jpm.run("deploy", "plain").failed().err())
        .contains("changes that are not committed");
    git.run(jpm.work(), "commit", "-qam", "mine");
    assertThat(jpm.run("deploy", "plain").failed().err()).contains("commits that are not pushed");
    jpm.run("deploy", "plain", "--force").ok();
  }

  @Test
  @Tag("slow")
  void mistakesAreReportedInOneLineAndNothingIsDone() throws Exception {
    for (List<String> words :
        List.of(
            List.of("deploy: specify an environment: the section contains live, plain, wrong"),
            List.of("ecosystem.json:2: deploy: does not contain environment \"nope\"", "nope"),
            List.of("deploy.wrong.host: \"-oProxyCommand=touch\" begins with a hyphen", "wrong"),
            List.of("deploy live: there is no command frob", "live", "frob"),
            List.of("deploy revert x: use a number", "live", "revert", "x"),
            List.of("deploy ref: specify a branch", "live", "ref"),
            List.of("deploy: there is no option --nope", "live", "--nope"),
            List.of("deploy exec: specify a command", "live", "exec"),
            List.of("deploy list: more is one argument too many", "live", "list", "more"),
            List.of("no.json: does not exist", "no.json", "live"))) {
      List<String> command = Stream.concat(Stream.of("deploy"), words.stream().skip(1)).toList();
      Jpm.Result result = jpm.run(command.toArray(String[]::new)).failed();
      assertThat(result.code()).isEqualTo(1);
      assertThat(result.err()).contains(words.getFirst()).hasLineCount(1);
    }
    assertThat(jpm.run("deploy", "--help").ok().out()).contains("revert [N]");
    assertThat(machines.resolve("ssh")).doesNotExist();
  }
}
