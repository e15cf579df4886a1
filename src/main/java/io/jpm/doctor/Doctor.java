package io.jpm.doctor;

import io.jpm.bus.daemon.DoctorReply.Finding;
import java.util.ArrayList;
import java.util.List;

/// Derives the findings of `jpm doctor` from the collected facts. Contains only pure functions.
final class Doctor {
  private Doctor() {}

  /// Returns one finding per check, with a remedy if something is wrong.
  static List<Finding> findings(SystemReport systemReport) {
    List<Finding> findings = new ArrayList<>();
    SystemFindings.add(systemReport, findings);
    HomeFindings.add(systemReport, findings);
    DaemonFindings.add(systemReport, findings);
    return List.copyOf(findings);
  }

  /// Formats a size, such as `512 MiB` or `12 GiB`.
  static String bytes(long bytes) {
    return bytes >= 10L << 30 ? (bytes >> 30) + " GiB" : (bytes >> 20) + " MiB";
  }

  /// Lists the first three elements, followed by the number of remaining elements.
  static String abbreviated(List<?> all) {
    int most = 3;
    List<String> shown = all.stream().limit(most).map(String::valueOf).toList();
    String more = all.size() > most ? " and %d more".formatted(all.size() - most) : "";
    return String.join(", ", shown) + more;
  }
}
