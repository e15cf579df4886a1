package io.jpm.console.monit;

import io.jpm.bus.god.InstanceView;
import java.util.Comparator;

/// Sort orders of the list. Instances with equal sort keys are ordered by name and id.
public enum SortOrder {
  NAME("name"),
  CPU("cpu"),
  MEMORY("memory"),
  RESTARTS("restarts"),
  STATUS("status"),
  ID("id");

  private final String word;

  SortOrder(String word) {
    this.word = word;
  }

  String word() {
    return word;
  }

  SortOrder next() {
    return switch (this) {
      case NAME -> CPU;
      case CPU -> MEMORY;
      case MEMORY -> RESTARTS;
      case RESTARTS -> STATUS;
      case STATUS -> ID;
      case ID -> NAME;
    };
  }

  Comparator<InstanceView> comparator(MonitData monitData) {
    Comparator<InstanceView> usual =
        Comparator.<InstanceView, String>comparing(one -> one.spec().name().value())
            .thenComparing(InstanceView::id);
    return switch (this) {
      case NAME -> usual;
      case CPU ->
          Comparator.<InstanceView>comparingDouble(one -> -monitData.useOf(one).cpuPercent())
              .thenComparing(usual);
      case MEMORY ->
          Comparator.<InstanceView>comparingLong(one -> -monitData.useOf(one).memoryBytes())
              .thenComparing(usual);
      case RESTARTS ->
          Comparator.<InstanceView>comparingInt(one -> -one.restarts()).thenComparing(usual);
      case STATUS ->
          Comparator.<InstanceView, String>comparing(one -> one.phase().keyword())
              .thenComparing(usual);
      case ID -> Comparator.comparing(InstanceView::id);
    };
  }
}
