package io.jpm.console.monit;

import io.jpm.bus.god.InstanceView;
import io.jpm.console.Instances;
import io.jpm.model.process.InstanceId;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Sample data of the screen.
final class ScreenSamples {
  private static final Pattern SEQUENCE = Pattern.compile("\u001b\\[[0-9;]*[A-Za-z]");
  static final TerminalFeatures PLAIN = new TerminalFeatures(false, true);
  static final Size USUAL = new Size(80, 24);

  private ScreenSamples() {}

  /// Returns data of the instances. Each uses slightly more than the previous one.
  static MonitData of(InstanceView... instances) {
    return of(MonitLogTail.NONE, instances);
  }

  static MonitData of(MonitLogTail log, InstanceView... instances) {
    Map<InstanceId, ResourceUse> uses = new HashMap<>();
    Map<InstanceId, Chart> charts = new HashMap<>();
    for (InstanceView instance : instances) {
      int id = instance.id().value();
      var chart = new Chart();
      for (int i = 0; i < 20; i++) {
        chart.add(i * Chart.STEP_MILLIS, new ResourceUse(i * 5, (1L + i) << 20));
      }
      uses.put(instance.id(), new ResourceUse(id, (long) id << 20));
      charts.put(instance.id(), chart);
    }
    var host = new HostFacts.Host(2, 25, 8L << 30, 5L << 30, 0.42);
    var hostFacts = new HostFacts("1.2.3", 4711, Duration.ofHours(3), Optional.of(host));
    return new MonitData(
        List.of(instances), uses, charts, hostFacts, log, Optional.empty(), Instances.NOW);
  }

  static MonitLogTail log(int id, String... lines) {
    return new MonitLogTail(
        Optional.of(new InstanceId(id)),
        Arrays.stream(lines).map(text -> new MonitLogTail.Line(false, text)).toList(),
        lines.length,
        "");
  }

  /// Returns the visible text of a picture, without colors.
  static List<String> visibleText(Picture picture) {
    return picture.lines().stream().map(ScreenSamples::visibleText).toList();
  }

  static String visibleText(String line) {
    return SEQUENCE.matcher(line).replaceAll("");
  }

  static List<String> visibleText(MonitData monitData, MonitSettings monitSettings, Size size) {
    return visibleText(
        new Painter(PLAIN).paint(monitSettings.arrange(monitData, size), monitSettings));
  }

  /// Presses the keys of a text in turn.
  static Optional<MonitAction> type(String text, MonitData monitData, MonitSettings monitSettings) {
    Optional<MonitAction> last = Optional.empty();
    for (int point : text.codePoints().toArray()) {
      last = monitSettings.press(new Key.Typed(point), monitSettings.arrange(monitData, USUAL));
    }
    return last;
  }

  static Optional<MonitAction> press(Key key, MonitData monitData, MonitSettings monitSettings) {
    return monitSettings.press(key, monitSettings.arrange(monitData, USUAL));
  }
}
