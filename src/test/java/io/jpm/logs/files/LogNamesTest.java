package io.jpm.logs.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogNamesTest {
  private static final Instant AT = Instant.parse("2026-11-21T13:20:39.123Z");
  private static final Path LOG = Path.of("/logs/web-out.log");

  @Test
  void aRotatedFileIsNamedAfterItsMoment() {
    Path rotated = LogNames.rotated(LOG, AT);

    assertThat(rotated).isEqualTo(Path.of("/logs/web-out__2026-11-21_13-20-39.123Z.log"));
    assertThat(LogNames.packed(rotated)).hasToString(rotated + ".gz");
    assertThat(LogNames.isPacked(rotated)).isFalse();
    assertThat(LogNames.isPacked(LogNames.packed(rotated))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/logs/web-out.log", "/logs/web", "/logs/a__b.log", "/logs/x.log.1"})
  void theNameTellsTheLogAndTheMoment(String log) {
    Path path = Path.of(log);
    Path rotated = LogNames.rotated(path, AT);

    for (Path name : new Path[] {rotated, LogNames.packed(rotated)}) {
      String text = name.getFileName().toString();
      assertThat(LogNames.momentOf(path, text)).contains(AT);
      assertThat(LogNames.parse(text))
          .contains(new LogNames.Parsed(path.getFileName().toString(), AT));
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
  void whatIsNoRotatedFileOfTheLogIsLeftAlone(String name) {
    assertThat(LogNames.momentOf(LOG, name)).isEmpty();
  }

  @Test
  void theNameOfTimesTellsTheLogAndTheMoment() {
    String name = LogNames.times(Path.of("/home"), LOG, AT).getFileName().toString();

    assertThat(LogNames.parseTimes(name)).contains(new LogNames.TimesName(LogNames.key(LOG), AT));
    assertThat(LogNames.parseTimes(LogNames.times(Path.of("/home"), LOG).getFileName().toString()))
        .isEmpty();
  }

  @Test
  void filesOfTheSameNameInTwoFoldersHaveTimesOfTheirOwn() {
    Path home = Path.of("/home");

    assertThat(LogNames.times(home, LOG))
        .isNotEqualTo(LogNames.times(home, Path.of("/other/web-out.log")))
        .isEqualTo(LogNames.times(home, Path.of("/logs/../logs/web-out.log")));
    assertThat(LogNames.times(home, LOG, AT).getFileName().toString())
        .endsWith("__2026-11-21_13-20-39.123Z.times");
  }
}
