story first-election
title
  en: The first election
  zh: 第一次选举
run raft:basic;r1;s7;servers=5;clients=1

step
  until time >= 5ms
  en: Five servers start with empty logs. Nobody leads. The arc around each is its election timeout, running down.
  zh: 五台服务器带着空日志启动，谁也不是领导者。每台外圈的弧线是正在流逝的选举超时。

step
  until any.role = candidate as C
  spot $C
  en: {C} was the first to hear nothing for its whole timeout. It begins term 1, votes for itself and asks the others.
  zh: {C} 最先在整个超时内没有收到任何消息。它开启任期 1，投自己一票，并向其他服务器拉票。
  ask
    en: How many votes does {C} need?
    zh: {C} 需要几票？
    right
      en: Three, its own included
      zh: 三票，包括自己的一票
      why
        en: Three of five is a majority, and any two majorities share a server, which votes once a term.
        zh: 五台中的三台是多数派；任意两个多数派必有交集，而每台服务器每个任期只投一票。
    wrong
      en: All five
      zh: 全部五票
      why
        en: Then one dead server would stop every election.
        zh: 那样只要一台宕机，就永远选不出领导者。
    wrong
      en: More than any other candidate
      zh: 比其他候选人多即可
      why
        en: Then two halves of a cut network could each elect a leader of the same term.
        zh: 那样网络被切成两半时，两边可能各自选出同一任期的领导者。

step
  until any.role = leader as L
  spot $L
  claim count role = leader = 1
  en: {L} has a majority and leads. Its heartbeats reset the others' timers before they run out.
  zh: {L} 得到多数派支持，成为领导者。它的心跳会在其他服务器超时之前重置定时器。

step
  until note "committed"
  en: A client's command is in the logs of a majority. Now it is committed, whatever happens next.
  zh: 客户端的命令已写入多数派的日志。从此它已提交，无论之后发生什么。
