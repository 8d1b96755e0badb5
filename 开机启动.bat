@echo off
chcp 65001 >nul
rem SalesFlow by a double click: starts with this computer from now on; "off" takes it back.
if "%~1"=="" (call "%~dp0启动.bat" autostart on) else call "%~dp0启动.bat" autostart %*
pause
