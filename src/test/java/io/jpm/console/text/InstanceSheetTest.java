package io.jpm.console.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.InstanceView;
import io.jpm.console.Golden;
import io.jpm.console.Instances;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InstanceSheetTest {
  private static String draw(InstanceView instance, Screen screen) {
    var listing =
        new Listing(
            List.of(instance), Map.of(Instances.process(0), Instances.LOAD), Instances.NOW, "me");
    return InstanceSheet.draw(instance, listing, Optional.empty(), screen);
  }

  @Test
  void online() {
    Golden.check(
        "describe-online", draw(Instances.online(0, Instances.spec("web", 4), 0), Screen.PIPE));
  }

  @Test
  void errored() {
    Golden.check("describe-errored", draw(Instances.errored(3, "worker"), Screen.PIPE));
  }

  @Test
  void everyOptionOfOutput() {
    Golden.check(
        "describe-logs", draw(Instances.online(0, Instances.logging("web"), 0), Screen.PIPE));
  }

  @Test
  void longValuesGoOnInTheNextLine() {
    String sheet = draw(Instances.errored(3, "worker"), new Screen(46, false));
    Golden.check("describe-46", sheet);
    assertThat(sheet.lines().skip(1))
        .allSatisfy(line -> assertThat(Columns.of(line)).isEqualTo(46));
  }

  @Test
  void secretsStayInside() {
    assertThat(draw(Instances.online(0, "web"), Screen.PIPE)).doesNotContain("hunter2");
  }
}
