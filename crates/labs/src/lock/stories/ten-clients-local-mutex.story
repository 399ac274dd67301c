story ten-clients-local-mutex
title
  en: Ten clients, a mutex on each machine
  zh: 十个客户端，每台机器一把互斥锁
run lock:local-mutex;r1;s1;clients=10;increments=100;machines=2

step
  until n1.acknowledged >= 3
  spot n2 n3
  en: Five clients run on each of two machines. n2 and n3 are the machines' mutexes: first come, first served, on each of
    them.
  zh: 两台机器上各有五个客户端。n2 和 n3 分别是两台机器的互斥锁：各自先到先得。
  ask
    en: What will the counter be after a thousand increments?
    zh: 一千次加一之后计数器是多少？
    wrong
      en: 1000: everyone holds a mutex while it works
      zh: 1000：每个客户端干活时都持有互斥锁
      why
        en: Everyone holds one, and there are two of them.
        zh: 确实都持有一把，可是锁有两把。
    right
      en: About half
      zh: 大约一半
      why
        en: At any time there is one from each machine at the counter, and one of the two writes is lost.
        zh: 任何时刻都有两台机器各一个客户端在操作计数器，两次写入总有一次丢失。

step
  until n1.acknowledged = 1000
  claim n1.counter < 800
  claim n1.counter > 400
  claim broken service-exclusive
  en: A mutex orders those who share it. A lock for many machines must be kept where all of them ask.
  zh: 互斥锁只能约束共用它的程序。跨机器的锁必须放在大家都去申请的地方。
