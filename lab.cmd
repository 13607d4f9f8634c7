@echo off
rem Builds what is missing, says so, and runs the lab command. lab --help; lab --device gpu VERB ... swaps the runtime.
setlocal EnableExtensions DisableDelayedExpansion
set "ROOT=%~dp0"
set "ROOT=%ROOT:~0,-1%"

set "DEVICE=cpu"
set "VERB=%~1"
set "ARGS=%*"
if not "%~1"=="--device" goto device_done
if not "%~2"=="cpu" if not "%~2"=="gpu" (
  echo error: --device is "%~2"; it must be cpu or gpu 1>&2
  exit /b 2
)
set "DEVICE=%~2"
set "VERB=%~3"
rem cut "--device X" off the front
for /f "tokens=1,2,*" %%a in ("%ARGS%") do set "ARGS=%%c"
:device_done

set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java.exe"
if defined JAVA_HOME if not exist "%JAVA%" (
  echo error: no Java found in JAVA_HOME "%JAVA_HOME%"; install JDK 17 or newer, or set JAVA_HOME 1>&2
  exit /b 1
)
if not defined JAVA_HOME (
  where java >nul 2>nul
  if errorlevel 1 (
    echo error: no Java found; install JDK 17 or newer, or set JAVA_HOME 1>&2
    exit /b 1
  )
)

if "%VERB%"=="benchmark" (
  echo error: lab benchmark is a shell script, benchmarks/inference.sh; run it with bash 1>&2
  exit /b 1
)

rem the demo and its corpus live in examples; every other verb needs the command line only
set "MODULE=laboratory-cli"
set "MAIN=io.github.embeddinglab.cli.Lab"
if not "%VERB%"=="demo" goto module_done
set "MODULE=examples"
set "MAIN=io.github.embeddinglab.examples.Demo"
for /f "tokens=1,*" %%a in ("%ARGS%") do set "ARGS=%%b"
:module_done
set "MODULES=%MODULE%"
if "%DEVICE%"=="gpu" set "MODULES=%MODULE%,laboratory-gpu"

rem unlike the shell script, this one cannot see which sources are newer: delete the stamp to build again
set "STAMP=%ROOT%\%MODULE%\target\.built-%DEVICE%"
if exist "%STAMP%" goto built
where mvn >nul 2>nul
if errorlevel 1 (
  echo error: Maven is not installed; install Maven 3.8.7 or newer 1>&2
  exit /b 1
)
echo building %MODULES% and what it needs (the first time Maven downloads its parts) ... 1>&2
if not exist "%ROOT%\target" mkdir "%ROOT%\target"
call mvn -B -ntp -f "%ROOT%\pom.xml" -pl %MODULES% -am -Pquick package >"%ROOT%\target\lab-build.log" 2>&1
if errorlevel 1 (
  findstr /b /c:"[ERROR]" "%ROOT%\target\lab-build.log" 1>&2
  echo error: the build failed; see %ROOT%\target\lab-build.log 1>&2
  exit /b 1
)
type nul >"%STAMP%"
:built

set "LIB=%ROOT%\%MODULE%\target\lib"
set "CLASSES=%ROOT%\%MODULE%\target\classes"
set "CP=%CLASSES%;%LIB%\*"
if not "%DEVICE%"=="gpu" goto classpath_done
rem laboratory-gpu takes the place of laboratory-cpu; both together are an error
set "CP=%CLASSES%"
for %%j in ("%LIB%\*.jar") do call :append "%%~nxj"
set "CP=%CP%;%ROOT%\laboratory-gpu\target\classes;%ROOT%\laboratory-gpu\target\lib\*"
:classpath_done

set "VECTOR=--add-modules jdk.incubator.vector"
if "%MODULE%"=="examples" goto flags_done
for %%v in (models embed export -h --help -V --version help) do if "%VERB%"=="%%v" set "VECTOR="
if "%VERB%"=="" set "VECTOR="
:flags_done

"%JAVA%" --enable-native-access=ALL-UNNAMED -XX:+UseParallelGC -XX:+IgnoreUnrecognizedVMOptions --sun-misc-unsafe-memory-access=allow %VECTOR% %LAB_JAVA_OPTIONS% -cp "%CP%" %MAIN% %ARGS%
exit /b %ERRORLEVEL%

:append
set "NAME=%~1"
if "%NAME:~0,15%"=="laboratory-cpu-" goto :eof
if "%NAME:~0,12%"=="onnxruntime-" goto :eof
set "CP=%CP%;%LIB%\%NAME%"
goto :eof
