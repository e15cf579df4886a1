package io.jpm.logs.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogFileNamesTest {
  private static final Instant AT = Instant.parse("2026-11-21T13:20:39.123Z");
  private static final Path LOG = Path.of("/logs/web-out.log");

  @Test
  void rotatedFileIsNamedAfterItsTime() {
    Path rotated = LogFileNames.rotated(LOG, AT);

    assertThat(rotated).isEqualTo(Path.of("/logs/web-out__2026-11-21_13-20-39.123Z.log"));
    assertThat(LogFileNames.compressed(rotated)).hasToString(rotated + ".gz");
    assertThat(LogFileNames.isCompressed(rotated)).isFalse();
    assertThat(LogFileNames.isCompressed(LogFileNames.compressed(rotated))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/logs/web-out.log", "/logs/web", "/logs/a__b.log", "/logs/x.log.1"})
  void rotatedNameContainsTheLogAndTheTime(String log) {
    Path path = Path.of(log);
    Path rotated = LogFileNames.rotated(path, AT);

    for (Path name : new Path[] {rotated, LogFileNames.compressed(rotated)}) {
      String text = name.getFileName().toString();
      assertThat(LogFileNames.rotationTime(path, text)).contains(AT);
      assertThat(LogFileNames.parse(text))
          .contains(new LogFileNames.RotatedName(path.getFileName().toString(), AT));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "web-out.log",
        "web-out__.log",
        "web-out__yesterday.log",
        "web-out__2026-11-21_13-20-39.123Z.log.gz.part",
        "__2026-11-21_13-20-39.123Z.log",
        "other-out__2026-11-21_13-20-39.123Z.log"
      })
  void otherNamesAreNotRotatedFilesOfTheLog(String name) {
    assertThat(LogFileNames.rotationTime(LOG, name)).isEmpty();
  }

  @Test
  void timeIndexNameContainsTheLogAndTheTime() {
    String name = LogFileNames.timeIndex(Path.of("/home"), LOG, AT).getFileName().toString();

    assertThat(LogFileNames.parseTimeIndex(name))
        .contains(new LogFileNames.TimeIndexName(LogFileNames.key(LOG), AT));
    assertThat(
            LogFileNames.parseTimeIndex(
                LogFileNames.timeIndex(Path.of("/home"), LOG).getFileName().toString()))
        .isEmpty();
  }

  @Test
  void logsOfTheSameNameInTwoDirectoriesHaveSeparateTimeIndexes() {
    Path home = Path.of("/home");

    assertThat(LogFileNames.timeIndex(home, LOG))
        .isNotEqualTo(LogFileNames.timeIndex(home, Path.of("/other/web-out.log")))
        .isEqualTo(LogFileNames.timeIndex(home, Path.of("/logs/../logs/web-out.log")));
    assertThat(LogFileNames.timeIndex(home, LOG, AT).getFileName().toString())
        .endsWith("__2026-11-21_13-20-39.123Z.times");
  }
}
