package io.jpm.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.testing.TestDeadline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A bare repository, and the working copy in which a test runs its commands.
public record GitFixture(Path repository, Path work, Path settings) {
  /// Creates an empty bare repository and makes the directory [Jpm#work] its working copy.
  public static GitFixture of(Jpm jpm) throws Exception {
    Path work = jpm.work();
    Path base = work.resolveSibling("git");
    Files.createDirectories(base);
    Path settings = base.resolve("settings");
    Files.writeString(
        settings, "[user]\n name = t\n email = t@example.org\n[init]\n defaultBranch = main\n");
    jpm.environment("GIT_CONFIG_GLOBAL", settings.toString());
    var fixture = new GitFixture(base.resolve("repo.git"), work, settings);
    fixture.run(base, "init", "-q", "--bare", fixture.repository().toString());
    fixture.run(work, "init", "-q");
    fixture.run(work, "remote", "add", "origin", fixture.repository().toString());
    return fixture;
  }

  /// Commits the whole working copy and pushes it.
  ///
  /// @return the hash of the commit
  public String commit(String message) throws Exception {
    run(work, "add", "-A");
    run(work, "commit", "-q", "--allow-empty", "-m", message);
    run(work, "push", "-q", "-u", "origin", "HEAD");
    return run(work, "rev-parse", "HEAD");
  }

  /// Runs git in a directory and returns its output; fails if git fails.
  public String run(Path directory, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().put("GIT_CONFIG_GLOBAL", settings.toString());
    Process process = builder.redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(TestDeadline.scaledSeconds(60), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("%s: %s", command, out).isZero();
    return out.strip();
  }
}
