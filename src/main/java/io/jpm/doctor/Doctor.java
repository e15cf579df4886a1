package io.jpm.doctor;

import io.jpm.bus.daemon.DoctorReply.Finding;
import java.util.ArrayList;
import java.util.List;

/// Derives the findings from the collected facts. A pure function.
final class Doctor {
  private Doctor() {}

  /// Returns one finding for each check, with a remedy where something is wrong.
  static List<Finding> findings(SystemReport systemReport) {
    List<Finding> findings = new ArrayList<>();
    SystemFindings.add(systemReport, findings);
    HomeFindings.add(systemReport, findings);
    DaemonFindings.add(systemReport, findings);
    return List.copyOf(findings);
  }

  /// Formats a size: `512 MiB`, `12 GiB`.
  static String bytes(long bytes) {
    return bytes >= 10L << 30 ? (bytes >> 30) + " GiB" : (bytes >> 20) + " MiB";
  }

  /// Lists the first three, and the number of the others.
  static String some(List<?> all) {
    int most = 3;
    List<String> shown = all.stream().limit(most).map(String::valueOf).toList();
    String more = all.size() > most ? " and %d more".formatted(all.size() - most) : "";
    return String.join(", ", shown) + more;
  }
}
