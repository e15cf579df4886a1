package io.jpm.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/// Missing needs are recorded, and skip a test or fail it; programs of the machine are found.
class NeedTest {
  private static final String FILE = "jpm.not.tested";
  private static final String REQUIRE = "jpm.test.require";

  @TempDir Path dir;
  private Path notes = Path.of("");
  private String fileBefore = "";
  private String requireBefore = "";

  @BeforeEach
  void open() {
    notes = dir.resolve("made/notes");
    fileBefore = System.getProperty(FILE, "target/not-tested.txt");
    requireBefore = System.getProperty(REQUIRE, "none");
    System.setProperty(FILE, notes.toString());
    System.setProperty(REQUIRE, "none");
  }

  @AfterEach
  void restoreProperties() {
    System.setProperty(FILE, fileBefore);
    System.setProperty(REQUIRE, requireBefore);
  }

  @Test
  void skippedTestIsRecordedForEachMissingNeed() throws IOException {
    List<Need> missing = List.of(Need.NODE, Need.NODE_FOR_ALL);
    assertThat(Need.refusal(missing, List.of("WebIT.one", "WebIT.two")))
        .isEqualTo("needs node: not found on PATH; needs node in /usr/bin: not found");
    assertThat(notes)
        .hasContent(
            """
            node\tWebIT.one
            node\tWebIT.two
            node in /usr/bin\tWebIT.one
            node in /usr/bin\tWebIT.two
            """);
  }

  @Test
  void machineOfAnotherKindIsRecorded() {
    assertThatThrownBy(() -> Need.assume(false, "Linux 99"))
        .isInstanceOf(TestAbortedException.class)
        .hasMessage("needs Linux 99");
    assertThat(notes).content().matches("Linux 99\tNeedTest\\.\\S+\n");
  }

  @Test
  void metNeedIsNotRecorded() {
    Need.assume(true, "Linux 3");
    Need.assume();
    assertThat(notes).doesNotExist();
  }

  @Test
  void missingNeedFailsIfAllAreRequiredUnlessItCannotBeInstalled() throws IOException {
    System.setProperty(REQUIRE, "all");
    assertThatThrownBy(() -> Need.refusal(List.of(Need.MOUNT, Need.ZSH), List.of("ShellIT.one")))
        .isInstanceOf(AssertionError.class)
        .hasMessageEndingWith("needs zsh: not found on PATH");
    assertThat(notes).doesNotExist();
    Need.refusal(List.of(Need.MOUNT), List.of("DiskIT.one"));
    assertThat(Files.readString(notes)).isEqualTo("the right to mount\tDiskIT.one\n");
  }

  @Test
  void programIsFoundOnPath() {
    assertThat(Objects.requireNonNull(Need.program("sh").getFileName())).hasToString("sh");
  }
}
