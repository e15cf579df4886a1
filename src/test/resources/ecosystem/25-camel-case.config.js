module.exports = {
  apps: [
    {
      name: "camel", cmd: "server.js", execInterpreter: "node", nodeArgs: ["--trace-warnings"], execMode: "fork",
      dependsOn: ["other"], maxMemoryRestart: "300M", killSignal: "SIGTERM", killTimeout: 2000,
      restartDelay: 100, minUptime: 2000, restartWindow: "1m", stopExitCodes: [2], outFile: "camel.out", errorFile: "camel.err",
      logFile: "camel.log", mergeLogs: true, logDateFormat: "HH:mm", logType: "raw", pidFile: "camel.pid",
      disableLogs: false, shutdownWithMessage: false, executeCommand: true, namePrefix: "x",
    },
    {
      name: "other", command: "run.sh", interpreterArgs: "-e", interpreter: "bash", expBackoffRestartDelay: 50,
      maxRestartDelay: "1m", restartJitter: 0.5, outLog: "other.out", errLog: "other.err", combineLogs: true,
      killRetryTime: 100, appendEnvToName: false, postUpdate: ["true"], installUrl: "x", windowsHide: true,
      sourceMapSupport: true, disableSourceMapSupport: true, disableTrace: true, deepMonitoring: true,
      eventLoopInspector: true,
    },
    { name: "third", exec: "server.js", errFile: "third.err", instances: 2, drainTimeout: "5s", balance: "auto" },
  ],
};
