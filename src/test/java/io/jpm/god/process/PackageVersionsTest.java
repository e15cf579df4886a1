package io.jpm.god.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.RunAs;
import io.jpm.os.AppAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackageVersionsTest {
  private final PackageVersions versions = new PackageVersions(AppAccess.OF_DAEMON);

  @TempDir private Path top;

  private Path script;

  @BeforeEach
  void createPackage() throws IOException {
    script = Files.createDirectories(top.resolve("app/src/main")).resolve("web.js");
    Files.writeString(top.resolve("package.json"), "{\"version\": \"1.0.0\"}");
  }

  private void writePackageJson(String json) throws IOException {
    Files.writeString(top.resolve("app/package.json"), json);
  }

  @Test
  void nearestPackageJsonIsUsed() throws IOException {
    assertThat(versions.find(script, RunAs.DAEMON)).isEqualTo("1.0.0");
    writePackageJson("\uFEFF{\"name\": \"web\", \"version\": \"2.3.4-rc.1\"}");
    assertThat(versions.find(script, RunAs.DAEMON)).isEqualTo("2.3.4-rc.1");
    assertThat(versions.find(Path.of("/usr/bin/sleep"), RunAs.DAEMON)).isEmpty();
    assertThat(versions.find(Path.of("/sleep"), RunAs.DAEMON)).isEmpty();
  }

  @Test
  void brokenFileIsSkippedAndOneWithoutAVersionIsNot() throws IOException {
    writePackageJson("{\"version\": ");
    assertThat(versions.find(script, RunAs.DAEMON)).isEqualTo("1.0.0");
    writePackageJson("{\"name\": \"web\"}");
    assertThat(versions.find(script, RunAs.DAEMON)).isEmpty();
    writePackageJson("{\"version\": 7}");
    assertThat(versions.find(script, RunAs.DAEMON)).isEmpty();
    writePackageJson("{\"version\": \"" + "9".repeat(65) + "\"}");
    assertThat(versions.find(script, RunAs.DAEMON)).isEmpty();
    writePackageJson("{\"version\": \"\\u001b[2J\"}");
    assertThat(versions.find(script, RunAs.DAEMON)).isEmpty();
    writePackageJson("{\"version\": \"2\"}" + " ".repeat(1 << 20));
    assertThat(versions.find(script, RunAs.DAEMON))
        .as("a file of more than a mebibyte")
        .isEqualTo("1.0.0");
    Files.delete(top.resolve("app/package.json"));
    Files.createDirectory(top.resolve("app/package.json"));
    assertThat(versions.find(script, RunAs.DAEMON))
        .as("a directory of that name")
        .isEqualTo("1.0.0");
  }

  @Test
  void fileIsReadAgainOnlyWhenItChanges() throws IOException {
    writePackageJson("{\"version\": \"1\"}");
    Path file = top.resolve("app/package.json");
    FileTime then = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
    Files.setLastModifiedTime(file, then);
    assertThat(versions.find(script, RunAs.DAEMON)).isEqualTo("1");
    writePackageJson("{\"version\": \"2\"}");
    Files.setLastModifiedTime(file, then);
    assertThat(versions.find(script, RunAs.DAEMON))
        .as("version of a changed file with the old size and time")
        .isEqualTo("1");
    Files.setLastModifiedTime(file, FileTime.from(then.toInstant().plusSeconds(1)));
    assertThat(versions.find(script, RunAs.DAEMON)).isEqualTo("2");
  }
}
