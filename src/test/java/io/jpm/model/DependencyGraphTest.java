package io.jpm.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DependencyGraphTest {
  /// Builds a graph; `"web:db,cache db cache:db"` means that web depends on db and cache, and cache
  /// on db.
  private static DependencyGraph graph(String text) {
    Map<AppName, Set<AppName>> dependsOn = new HashMap<>();
    for (String app : text.split(" ", -1)) {
      int colon = app.indexOf(':');
      dependsOn.put(
          new AppName(colon < 0 ? app : app.substring(0, colon)),
          colon < 0 ? Set.of() : names(app.substring(colon + 1)));
    }
    return new DependencyGraph(dependsOn);
  }

  private static Set<AppName> names(String text) {
    return Arrays.stream(text.split(",", -1)).map(AppName::new).collect(Collectors.toSet());
  }

  @Test
  void dependenciesAreInAnEarlierGroup() {
    assertThat(graph("web:db,cache db cache:db log").groups(names("web,db,cache,log")))
        .containsExactly(names("db,log"), names("cache"), names("web"));
  }

  @Test
  void appThatIsNotSelectedStillOrdersTheOthers() {
    assertThat(graph("web:api api:db db").groups(names("web,db")))
        .containsExactly(names("db"), names("web"));
  }

  @Test
  void appsInACycleAreTheLastGroup() {
    assertThat(graph("a:b b:a c").groups(names("a,b,c"))).containsExactly(names("c"), names("a,b"));
  }

  @Test
  void cycleIsReportedFromItsFirstAppBackToIt() {
    assertThat(graph("web:db db:disk disk:db").cycle())
        .contains(List.of(new AppName("db"), new AppName("disk"), new AppName("db")));
    assertThat(graph("self:self").cycle())
        .contains(List.of(new AppName("self"), new AppName("self")));
    assertThat(graph("web:db,cache db cache:db").cycle()).isEmpty();
  }

  @Test
  void transitiveDependenciesAreFound() {
    assertThat(graph("web:api api:db db x").withDependencies(new AppName("web")))
        .isEqualTo(names("web,api,db"));
    assertThat(graph("a:b b:a").withDependencies(new AppName("a"))).isEqualTo(names("a,b"));
  }
}
