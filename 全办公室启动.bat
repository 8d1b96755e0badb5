@echo off
chcp 65001 >nul
rem SalesFlow by a double click, for phones and colleagues in the same network too; later starts remember it.
call "%~dp0启动.bat" --office %*
