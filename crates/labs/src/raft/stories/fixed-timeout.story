story fixed-timeout
title
  en: An election without end
  zh: 没有尽头的选举
run raft:fixed-timeout;r1;s1

step
  until count role = candidate = 5
  until all.term = 1
  en: All five started together and all wait for exactly 150 ms. All stand at once.
  zh: 五台服务器同时启动，都恰好等待 150 ms，于是同时参选。
  ask
    en: Will the next term be better?
    zh: 下一个任期会好些吗？
    right
      en: No, they time out together again
      zh: 不会，它们还会同时超时
      why
        en: Each began to wait at the same instant and waits for the same time. Nothing sets them apart.
        zh: 它们同时开始等待，等待的时间又相同，没有什么能把它们错开。
    wrong
      en: Yes, somebody will be first
      zh: 会，总有一台先超时
      why
        en: Here nobody is. In the paper's measurements no leader was elected for ten seconds either.
        zh: 这里没有。论文的实测中，同样十秒以上选不出领导者。

step
  until time >= 1s
  claim all.term >= 6
  claim count role = leader = 0
  en: A second and six terms later there is still no leader. Now you: elect one by nothing but a clock. (Let one clock
    run a fifth faster.)
  zh: 一秒过去，换了六个任期，仍然没有领导者。轮到你了：只动一个时钟，选出领导者。（让一台的时钟快五分之一。）
  goal
    reach any.role = leader
    within 3s
    allow clock 1
    solve do clock.n1.0.200000

step
  until time >= 2s
  en: Whatever makes the waiting times differ helps. Raft draws each timeout at random, anew at every reset, as the
    variant “basic” does.
  zh: 只要等待时间有差别就行。Raft 的做法是每次重置都随机抽取超时，见变体“基础版”。
