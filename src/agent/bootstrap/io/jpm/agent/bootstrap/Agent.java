package io.jpm.agent.bootstrap;

import java.io.File;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;

/*
 * The entry point of the agent. It is the only class of the agent that is visible to the app, and
 * can be loaded by Java 8 and newer. An error here never keeps the app from starting.
 */
public final class Agent {
  private Agent() {}

  /*
   * Called by the JVM before the app's main method. Does nothing in a process that has inherited no
   * sockets from jpm and does not hand over its own.
   */
  public static void premain(String argument, Instrumentation jvm) {
    try {
      // A security manager of the app may forbid even reading a variable.
      if (System.getenv("JPM_SOCKETS") != null || System.getenv("JPM_ALONE") != null) {
        enter(jvm);
      }
    } catch (InvocationTargetException error) {
      tell(error.getCause());
    } catch (Throwable error) {
      tell(error);
    }
  }

  private static void tell(Throwable error) {
    System.err.println("jpm: this Java cannot share sockets: " + error);
  }

  /* Loads the agent and ASM in a separate class loader, so the app can use a different ASM. */
  private static void enter(Instrumentation jvm) throws Exception {
    String version = System.getProperty("java.specification.version");
    if (version.startsWith("1.") || Integer.parseInt(version) < 17) {
      System.err.println(
          "jpm: this Java cannot share sockets: version " + version + " is older than 17");
      return;
    }
    File jar = new File(Agent.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    URL[] parts = {jar.toURI().toURL(), new File(jar.getParentFile(), "asm.jar").toURI().toURL()};
    // Never closed, because classes that are first needed when the process drains are loaded only
    // then.
    URLClassLoader own = new URLClassLoader(parts, ClassLoader.getSystemClassLoader().getParent());
    own.loadClass("io.jpm.agent.AgentInstaller")
        .getMethod("install", Instrumentation.class)
        .invoke(null, jvm);
  }
}
