package io.jpm.e2e.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.GitFixture;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// An app in a git working copy moves to other commits.
@Timeout(300)
class RevisionIT extends EndToEndTestBase {
  private GitFixture git;

  @BeforeEach
  void open() throws Exception {
    git = GitFixture.of(jpm);
    jpm.script("app.sh", "#!/bin/sh\nexec sleep 1000\n");
    Files.writeString(
        jpm.work().resolve("process.json"),
        "{\"apps\":[{\"name\":\"web\",\"script\":\"app.sh\",\"post_update\":[\"echo done >>.git/updates\",\"test ! -e broken\"]}]}");
  }

  private String head() throws Exception {
    return git.run(jpm.work(), "rev-parse", "HEAD");
  }

  @Test
  @Tag("slow")
  void anAppGoesBackwardAndForwardAndIsReloadedEachTime() throws Exception {
    String one = git.commit("one");
    String two = git.commit("two");
    jpm.run("start", "app.sh", "--name", "web").ok();
    int pid = jpm.pid("web");

    assertThat(jpm.run("pull", "web").ok().out())
        .contains("web is up to date, " + two.substring(0, 7));
    assertThat(jpm.pid("web")).isEqualTo(pid);

    assertThat(jpm.run("backward", "web").ok().out())
        .contains("web: %s → %s".formatted(two.substring(0, 7), one.substring(0, 7)))
        .contains("post_update: test ! -e broken")
        .contains("Restarted web");
    assertThat(head()).isEqualTo(one);
    assertThat(jpm.pid("web")).isNotEqualTo(pid);
    assertThat(jpm.run("backward", "web").failed().err())
        .contains("web: the working copy is already at the first commit");

    JsonObject forward = new JsonObject(jpm.run("forward", "web", "--json").ok().out());
    assertThat(forward)
        .isEqualTo(
            new JsonObject()
                .put("app", "web")
                .put("from", one)
                .put("to", two)
                .put("changed", true));
    assertThat(jpm.run("forward", "web").failed().err())
        .contains("web: the working copy is already at the newest commit");
    assertThat(jpm.run("pull", "web", one, "-s").ok().out()).isEmpty();
    assertThat(head()).isEqualTo(one);
    assertThat(Files.readAllLines(jpm.work().resolve(".git/updates"))).hasSize(3);
  }

  @Test
  void failedPostUpdateReturnsToThePreviousCommit() throws Exception {
    String fine = git.commit("one");
    Files.createFile(jpm.work().resolve("broken"));
    git.commit("two");
    git.run(jpm.work(), "reset", "-q", "--hard", fine);
    jpm.run("start", "app.sh", "--name", "web").ok();
    int pid = jpm.pid("web");
    assertThat(jpm.run("pull", "web").failed().err())
        .contains(
            "web: post_update \"test ! -e broken\" exited with code 1; the working copy was reset to "
                + fine.substring(0, 7));
    assertThat(head()).isEqualTo(fine);
    assertThat(jpm.pid("web")).isEqualTo(pid);
  }

  @Test
  void localChangesAndCommitsAreNotLost() throws Exception {
    git.commit("one");
    git.commit("two");
    jpm.run("start", "app.sh", "--name", "web").ok();
    jpm.run("start", "sleep 1000", "--name", "other", "--cwd", "/").ok();
    assertThat(jpm.run("pull", "other").failed().err())
        .contains("other: / is not in a git working copy");
    assertThat(jpm.run("pull", "nobody").code()).isEqualTo(1);
    assertThat(jpm.run("pull", "web", "no-such").failed().err())
        .contains("web: commit no-such does not exist");
    assertThat(jpm.run("forward", "web", "x").failed().err())
        .contains("jpm forward accepts only one app");

    Files.writeString(jpm.work().resolve("app.sh"), "#!/bin/sh\n");
    assertThat(jpm.run("backward", "web").failed().err())
        .contains("has uncommitted changes (M app.sh): commit or stash them first");
    git.run(jpm.work(), "commit", "-qam", "mine");
    String mine = head();
    assertThat(jpm.run("backward", "web").failed().err())
        .contains("contains commits that are not in origin/main");
    git.run(jpm.work(), "branch", "--unset-upstream");
    assertThat(jpm.run("pull", "web").failed().err())
        .contains("is not on a branch that has an upstream");
    assertThat(head()).isEqualTo(mine);
  }
}
