package io.jpm;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Which package may depend on which. The table is the one of docs/architecture.md.
class ArchitectureTest {
  private static final JavaClasses ALL = new ClassFileImporter().importPackages("io.jpm");

  private static final JavaClasses MAIN =
      ALL.that(DescribedPredicate.describe("are product code", ArchitectureTest::isProductCode));

  private static boolean isProductCode(JavaClass type) {
    return type.getSource()
        .map(source -> Location.of(source.getUri()))
        .filter(new ImportOption.DoNotIncludeTests()::includes)
        .isPresent();
  }

  private static final Map<String, List<String>> ALLOWED_DEPENDENCIES = allowedDependencies();

  private static Map<String, List<String>> allowedDependencies() {
    Map<String, List<String>> table = new LinkedHashMap<>();
    table.put("json", List.of());
    table.put("model", List.of());
    table.put("spec", List.of("model"));
    table.put("config", List.of("model", "spec"));
    table.put("supervise", List.of("model"));
    table.put("os", List.of("model"));
    table.put("wire", List.of("model"));
    table.put("bus", List.of("model", "wire"));
    table.put("triggers", List.of("model"));
    table.put(
        "god", List.of("json", "model", "spec", "supervise", "os", "wire", "bus", "triggers"));
    table.put("keeper", List.of("model", "os", "bus"));
    table.put("satan", List.of("model", "os", "wire", "bus"));
    table.put("history", List.of("model", "wire", "bus"));
    table.put("doctor", List.of("model", "spec", "config", "os", "bus"));
    table.put("hooks", List.of("model", "os", "wire", "bus"));
    table.put("logs", List.of("model", "os", "wire", "bus"));
    table.put("balancer", List.of("model", "os", "bus"));
    table.put("console", List.of("model", "spec", "config", "wire", "bus"));
    table.put("configwatch", List.of("model", "config", "bus", "triggers"));
    table.put("bridge", List.of("model", "wire", "bus"));
    table.put("command", List.of("model", "spec", "config", "wire", "bus"));
    table.put("access", List.of("model", "bus"));
    table.put("web", List.of("model", "wire", "bus"));
    table.put("client", List.of("model", "wire"));
    table.put("serve", List.of());
    return table;
  }

  static Stream<String> packages() {
    return ALLOWED_DEPENDENCIES.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void packageDependsOnlyOnThePackagesListedForIt(String room) {
    String[] allowed =
        Stream.concat(Stream.of(room), ALLOWED_DEPENDENCIES.getOrDefault(room, List.of()).stream())
            .map(name -> "io.jpm." + name + "..")
            .toArray(String[]::new);
    DescribedPredicate<JavaClass> foreign =
        resideInAPackage("io.jpm..").and(DescribedPredicate.not(resideInAnyPackage(allowed)));
    noClasses()
        .that()
        .resideInAPackage("io.jpm." + room + "..")
        .should()
        .dependOnClassesThat(foreign)
        .because("docs/architecture.md lists what " + room + " may depend on")
        .check(MAIN);
  }

  @Test
  void everyPackageIsInTheTable() {
    List<String> rooms =
        MAIN.stream()
            .map(type -> type.getPackageName().split("\\.", -1)[2])
            .distinct()
            .filter(room -> !room.equals("daemon"))
            .toList();
    assertThat(ALLOWED_DEPENDENCIES.keySet()).containsAll(rooms);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.jpm.(**)").should().beFreeOfCycles().check(MAIN);
  }

  /// Upper bound on the files of a package, so that a reader can look through them.
  private static final int MAX_FILES = 40;

  /// Upper bound on classes that depend on each other, so that a reader can understand them
  /// together.
  private static final int MAX_CYCLE = 8;

  @Test
  void noPackageIsTooLargeToLookThrough() throws IOException {
    try (Stream<Path> folders = Files.walk(Path.of("src/main/java"))) {
      assertThat(folders.filter(Files::isDirectory))
          .allSatisfy(folder -> {
            try (Stream<Path> files = Files.list(folder)) {
              assertThat(files.filter(file -> file.toString().endsWith(".java")))
                  .hasSizeLessThanOrEqualTo(MAX_FILES);
            }
          });
    }
  }

  @Test
  void noCycleOfClassesIsTooLargeToUnderstand() {
    Map<String, Set<String>> uses = new TreeMap<>();
    for (JavaClass type : MAIN) {
      Set<String> used = uses.computeIfAbsent(outermost(type), _ -> new TreeSet<>());
      type.getDirectDependenciesFromSelf().stream()
          .map(dependency -> dependency.getTargetClass().getBaseComponentType())
          .filter(target -> target.getPackageName().startsWith("io.jpm"))
          .forEach(target -> used.add(outermost(target)));
    }
    assertThat(uses.keySet())
        .allSatisfy(type -> assertThat(cycle(uses, type)).hasSizeLessThanOrEqualTo(MAX_CYCLE));
  }

  private static String outermost(JavaClass type) {
    return type.getName().replaceFirst("\\$.*", "");
  }

  /// Returns all types that `type` depends on and that depend on it, directly or indirectly.
  private static Set<String> cycle(Map<String, Set<String>> uses, String type) {
    Set<String> cycle = new TreeSet<>(reachable(uses, type));
    cycle.removeIf(other -> !reachable(uses, other).contains(type));
    return cycle;
  }

  private static Set<String> reachable(Map<String, Set<String>> uses, String type) {
    Set<String> reached = new TreeSet<>();
    Deque<String> next = new ArrayDeque<>(uses.getOrDefault(type, Set.of()));
    while (!next.isEmpty()) {
      String one = next.pop();
      if (reached.add(one)) {
        next.addAll(uses.getOrDefault(one, Set.of()));
      }
    }
    return reached;
  }

  @Test
  void superviseAndModelDependOnlyOnTheJdk() {
    classes()
        .that()
        .resideInAnyPackage("io.jpm.supervise..", "io.jpm.model..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..", "io.jpm.supervise..", "io.jpm.model..", "org.jspecify.annotations")
        .check(MAIN);
  }

  @Test
  void nativeCodeIsInOnePackage() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.jpm.os.linux..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.foreign..")
        .because("code that can crash the JVM is kept in one package")
        .check(MAIN);
  }

  @Test
  void processesAreStartedInOnePackage() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.jpm.os..", "io.jpm.daemon")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(ProcessHandle.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(ProcessBuilder.class)
        .because("only God starts and signals processes, through os")
        .check(MAIN);
  }

  @Test
  void clockIsNotReadDirectly() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.jpm.daemon", "io.jpm.client", "io.jpm.os..")
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(Instant.class, "now")
        .because("a test must be able to set the clock")
        .check(MAIN);
  }

  @Test
  void onlyTheIgnorePatternsOfJgitAreUsed() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("org.eclipse.jgit..")
                .and(DescribedPredicate.not(resideInAPackage("org.eclipse.jgit.ignore"))))
        .because("the libraries that the rest of JGit needs are not included")
        .check(MAIN);
  }

  @Test
  void noCodeCallsThreadSleep() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("io.jpm.testing.Eventually")
        .should()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .callMethod(Thread.class, "sleep", java.time.Duration.class)
        .because("wait for a condition with a deadline, never for a fixed time")
        .check(ALL);
  }

  @Test
  void onlyEntryPointsUseStandardStreamsAndExit() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.jpm.daemon", "io.jpm.client", "io.jpm.serve")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .check(MAIN);
  }

  @Test
  void addressesAreDefinedInOneFile() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      List<Path> offenders =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> !file.endsWith(Path.of("bus", "Addresses.java")))
              // The client is outside the daemon and must not know its packages.
              .filter(file -> !file.startsWith(Path.of("src/main/java/io/jpm/client")))
              .filter(ArchitectureTest::spellsAnAddress)
              .toList();
      assertThat(offenders).as("use io.jpm.bus.Addresses").isEmpty();
    }
  }

  private static boolean spellsAnAddress(Path file) {
    try {
      return Files.readString(file)
          .lines()
          .anyMatch(line ->
              line.matches(
                      ".*\"jpm\\.(god|keeper|console|history|logs|satan|events|lines|usage|daemon)\\b.*\".*")
                  && !line.contains("getLogger"));
    } catch (IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
  }

  @Test
  void everyPackageHasAPackageInfo() throws IOException {
    try (Stream<Path> folders = Files.walk(Path.of("src/main/java/io/jpm"))) {
      List<Path> silent =
          folders
              .filter(Files::isDirectory)
              .filter(folder -> !folder.endsWith("io/jpm"))
              .filter(folder -> hasJava(folder))
              .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
              .toList();
      assertThat(silent).isEmpty();
    }
  }

  private static boolean hasJava(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(file -> file.toString().endsWith(".java"));
    } catch (IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
  }

  @Test
  void architecturePageNamesExactlyTheExistingPackages() throws IOException {
    String page = Files.readString(Path.of("docs/architecture.md"));
    List<String> named =
        java.util.regex.Pattern.compile("^\\| `([a-z]+)` \\|", java.util.regex.Pattern.MULTILINE)
            .matcher(page)
            .results()
            .map(match -> match.group(1))
            .toList();
    List<String> rooms =
        MAIN.stream().map(type -> type.getPackageName().split("\\.", -1)[2]).distinct().toList();
    assertThat(named).containsExactlyInAnyOrderElementsOf(rooms);
  }
}
