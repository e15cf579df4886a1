package io.jpm.console.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.SatanReply.MeasuredUsage;
import io.jpm.console.Golden;
import io.jpm.console.Instances;
import io.jpm.model.process.Phase;
import io.jpm.model.process.ProcessIdentity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstanceTableTest {
  private static final List<InstanceView> MIXED =
      List.of(
          Instances.online(0, Instances.spec("web", 2), 0),
          Instances.online(1, Instances.spec("web", 2), 1),
          Instances.errored(3, "worker"),
          Instances.stopped(4, "a-rather-long-name-for-a-job-that-runs-at-night"),
          Instances.view(
              5,
              Instances.spec("日本語アプリ", 1),
              0,
              Phase.WAITING_RESTART,
              Optional.empty(),
              "exit 1 after 2 s, restart 3/16"));

  private static InstanceListing listing(List<InstanceView> instances) {
    Map<ProcessIdentity, MeasuredUsage> loads = Map.of(Instances.process(0), Instances.LOAD);
    return new InstanceListing(instances, loads, Instances.NOW, "me");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 40, 80, 200})
  void tableFitsTheScreen(int width) {
    String table = InstanceTable.draw(listing(MIXED), new TextStyle(width, false));
    Golden.check("ls-" + width, table);
    List<String> grid = table.lines().filter(line -> !line.contains("(id ")).toList();
    assertThat(grid.stream().map(TextWidth::of).distinct()).hasSize(1);
    if (width > 0) {
      assertThat(TextWidth.of(grid.getFirst())).isLessThanOrEqualTo(width);
    }
  }

  @Test
  void coloredTableEqualsTheGoldenFile() {
    Golden.check("ls-colors", InstanceTable.draw(listing(MIXED), new TextStyle(120, true)));
  }

  @Test
  void coloredAndPlainTablesHaveTheSameText() {
    String colored = InstanceTable.draw(listing(MIXED), new TextStyle(80, true));
    assertThat(colored.replaceAll("\u001b\\[[0-9;]*m", ""))
        .isEqualTo(InstanceTable.draw(listing(MIXED), new TextStyle(80, false)));
  }

  @Test
  void emptyTableExplainsHowToStartAnApp() {
    Golden.check("ls-empty", InstanceTable.draw(listing(List.of()), TextStyle.PIPE));
  }

  @Test
  void namespaceColumnIsShownIfNeeded() {
    InstanceView billing = Instances.online(0, Instances.spec("api", 1, "billing"), 0);
    Golden.check("ls-namespace", InstanceTable.draw(listing(List.of(billing)), TextStyle.PIPE));
  }

  @Test
  void versionColumnIsShownIfAVersionIsKnown() {
    List<InstanceView> some =
        List.of(
            Instances.withVersion(Instances.online(0, "api"), "3.2.1"), Instances.online(1, "web"));
    Golden.check("ls-version", InstanceTable.draw(listing(some), TextStyle.PIPE));
  }

  @Test
  void controlCharactersInReasonsAreEscaped() {
    InstanceView hostile =
        Instances.view(
            0, Instances.spec("x", 1), 0, Phase.ERRORED, Optional.empty(), "\u001b[2Jgone");
    assertThat(InstanceTable.draw(listing(List.of(hostile)), TextStyle.PIPE))
        .contains("\\x1b[2Jgone")
        .doesNotContain("\u001b");
  }

  @Test
  void manyErroredAreCounted() {
    List<InstanceView> many =
        IntStream.range(0, 25).mapToObj(id -> Instances.errored(id, "job-" + id)).toList();
    assertThat(InstanceTable.draw(listing(many), TextStyle.PIPE))
        .endsWith("… and 15 more failed instances\n");
  }

  @Test
  void aThousandRowsAreDrawn() {
    List<InstanceView> many =
        IntStream.range(0, 1_000).mapToObj(id -> Instances.online(id, "job-" + id)).toList();
    String table = InstanceTable.draw(listing(many), new TextStyle(80, true));
    assertThat(table.lines()).hasSize(1_004);
  }
}
