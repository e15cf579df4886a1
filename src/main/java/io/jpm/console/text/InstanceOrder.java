package io.jpm.console.text;

import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.SatanReply.MeasuredUsage;
import io.jpm.model.process.Phase;
import io.jpm.model.process.ProcessIdentity;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A sort order of instance lists. Instances with equal sort keys are ordered by id.
///
/// @param field the sort key
/// @param descending whether the largest value comes first
public record InstanceOrder(Field field, boolean descending) {
  /// The default order, by name as in PM2.
  public static final InstanceOrder USUAL = new InstanceOrder(Field.NAME, false);

  /// The sort keys. An instance that is not running has pid, usage and uptime 0.
  public enum Field {
    NAME,
    NAMESPACE,
    PID,
    ID,
    CPU,
    MEMORY,
    UPTIME,
    STATUS,
    RESTARTS;

    /// Returns the spelling in the `--sort` option.
    public String keyword() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Returns the keywords of all fields.
  public static List<String> keywords() {
    return Arrays.stream(Field.values()).map(Field::keyword).toList();
  }

  /// Parses a sort order, such as `memory`, `memory:asc` or `memory:desc`. Returns empty if `text`
  /// is not valid.
  public static Optional<InstanceOrder> parse(String text) {
    int colon = text.indexOf(':');
    String word = colon < 0 ? text : text.substring(0, colon);
    String direction = colon < 0 ? "asc" : text.substring(colon + 1);
    if (!direction.equals("asc") && !direction.equals("desc")) {
      return Optional.empty();
    }
    return Arrays.stream(Field.values())
        .filter(field -> field.keyword().equals(word))
        .findFirst()
        .map(field -> new InstanceOrder(field, direction.equals("desc")));
  }

  /// Returns a listing of the same instances in this order.
  public InstanceListing sorted(InstanceListing instanceListing) {
    Comparator<InstanceView> order = comparator(instanceListing);
    List<InstanceView> sorted =
        instanceListing.instances().stream()
            .sorted((descending ? order.reversed() : order).thenComparing(InstanceView::id))
            .toList();
    return new InstanceListing(
        sorted, instanceListing.usages(), instanceListing.now(), instanceListing.user());
  }

  private Comparator<InstanceView> comparator(InstanceListing instanceListing) {
    return switch (field) {
      case NAME -> Comparator.comparing(instance -> instance.spec().name());
      case NAMESPACE -> Comparator.comparing(instance -> instance.spec().namespace());
      case PID ->
          Comparator.comparing(instance -> instance.process().map(ProcessIdentity::pid).orElse(0));
      case ID -> Comparator.comparing(InstanceView::id);
      case CPU ->
          Comparator.comparing(instance ->
              instanceListing.loadOf(instance).map(MeasuredUsage::cpuPercent).orElse(0.0));
      case MEMORY ->
          Comparator.comparing(instance ->
              instanceListing.loadOf(instance).map(MeasuredUsage::memoryBytes).orElse(0L));
      case UPTIME -> Comparator.comparing(instance -> uptime(instance, instanceListing));
      case STATUS -> Comparator.comparing(instance -> instance.phase().keyword());
      case RESTARTS -> Comparator.comparingInt(InstanceView::restarts);
    };
  }

  private static Duration uptime(InstanceView instance, InstanceListing instanceListing) {
    return instance.phase() == Phase.ONLINE
        ? instance
            .startedAt()
            .map(start -> Duration.between(start, instanceListing.now()))
            .orElse(Duration.ZERO)
        : Duration.ZERO;
  }
}
